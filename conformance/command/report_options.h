// The options that say where reports go: shared by the subcommands that make them.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "conformance/report/results.h"

namespace mortise::conformance {

class ReportOptions {
 public:
  // One option for each line of report/formats.inc.
  void add(CLI::App& command);
  // Ends with kBadUsage if a report could not be written where it is wanted: before the work, not behind it.
  void check() const;
  // Ends with kFailed if a report cannot be written.
  void write(const Results& results) const;

 private:
  std::vector<std::string> files_;  // by format; empty: not wanted
};

}  // namespace mortise::conformance
