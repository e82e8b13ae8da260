// Comparing two runs: what became worse, what better. Pure function.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "conformance/report/results.h"

namespace mortise::conformance {

// A case, or a figure of one, that changed.
struct Change {
  std::string name;      // of the case
  std::string sentence;  // "PASS became FAIL: output 0 …", "warm: 130 ns instead of 100 ns"
};

struct Comparison {
  std::vector<std::string> remarks;  // what makes the runs differ beyond the plugin: seed, suite version, machine
  // Regressions.
  std::vector<Change> new_failures;  // from anything but a failure, or in a case that was not there
  std::vector<Change> claims_lost;
  std::vector<Change> less_accurate;
  std::vector<Change> slower;
  // The others.
  std::vector<Change> fixed;
  std::vector<Change> claims_won;
  std::vector<Change> gone;  // no longer there, or not run

  bool regressed() const;
};

// threshold: the share by which an error or a time may grow, and a rate fall, before it counts: 0.1. Errors within half
// a unit in the last place are correct rounding and never count.
Comparison compare(const Results& before, const Results& after, double threshold);
nlohmann::ordered_json to_json(const Comparison& comparison);
// The lists that are not empty, under their titles, and a last line "N regressions, N improvements".
std::string to_text(const Comparison& comparison);

}  // namespace mortise::conformance
