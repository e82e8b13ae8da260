// Score: what the outcomes of a run come to. Pure functions.
#pragma once

#include <array>
#include <span>

#include "conformance/report/results.h"

namespace mortise::conformance {

struct Score {
  size_t passed = 0, failed = 0, skipped = 0;      // every case is one of the three
  std::array<size_t, kNumOutcomes> outcomes = {};  // by Outcome
  double seconds = 0;                              // of the cases

  void add(const Verdict& verdict, bool strict);
  size_t of(Outcome outcome) const { return outcomes[static_cast<size_t>(outcome)]; }
  // The share of what was judged that passed, from 0 to 1: with the expected failures left out, or counted as failures.
  // 0 where nothing was judged.
  double rate() const;
  double rate_with_expected() const;
};

// Whether the outcome makes a run fail; an unexpected pass does where the run is strict.
bool counts_as_failure(Outcome outcome, bool strict);
Score score_of(const Results& results);
// Nothing failed, and something passed; of a shard only the former is asked.
bool succeeded(const Results& results);
// Why it did not, in a phrase, or "passed".
std::string verdict_text(const Results& results);

}  // namespace mortise::conformance
