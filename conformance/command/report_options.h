// The options that say where reports go: shared by the subcommands that make them.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <vector>

#include "conformance/report/results.h"

namespace mortise::conformance {

class ReportOptions {
 public:
  // One option for each line of report/formats.inc.
  void add(CLI::App& command);
  // Ends with kBadUsage if a report could not be written where it is wanted, or would replace one of the files that are
  // read: before the work, not behind it.
  void check(std::span<const std::string> read) const;
  // All that can be written. Fails where one cannot; what the work came to is to be said nevertheless.
  Status write(const Results& results) const;

 private:
  std::vector<std::string> files_;  // by format; empty: not wanted
};

}  // namespace mortise::conformance
