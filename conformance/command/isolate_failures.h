// isolate_failures(): which failures of a run are of the case itself, and which show only behind other cases in one worker.
#pragma once

#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "conformance/command/run_options.h"
#include "conformance/report/results.h"

namespace mortise::conformance {

inline constexpr size_t kMostIsolated = 10;  // failures of a run

// A failure of a worker that had run other cases before.
struct SharedFailure {
  size_t index = 0;  // among the results' cases
  const Case* which = nullptr;
  std::vector<const Case*> before;  // in order; not empty
};

// The first of a run in each suite, so that one in which everything fails leaves room for the others.
class SharedFailures {
 public:
  void add(size_t index, const Case& which, std::span<const Case* const> before);
  // kMostIsolated at most, of the suites in turn.
  std::vector<SharedFailure> chosen() const;

 private:
  std::map<std::string_view, std::vector<SharedFailure>> of_suite_;
};

// Runs each case once more alone in a worker. Where it does not fail, looks for a short list of those before it behind which
// it fails in the same way, for about 20 seconds each and two minutes together. The results say what was found. Shows its
// progress on the standard error stream.
void isolate_failures(const RunOptions& options, std::span<const SharedFailure> failures, Results& results);

}  // namespace mortise::conformance
