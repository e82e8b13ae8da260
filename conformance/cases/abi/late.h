// How a provider keeps to the end of a run that nobody waits for any more: one that was cancelled, or whose deadline
// has passed, which is the same to it.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "conformance/engine/verdict.h"
#include "conformance/host/device.h"

namespace mortise::conformance::abi {

// A run with settings that have its deadline.
using RunWithDeadline = std::function<RunOutcome(std::chrono::nanoseconds deadline)>;

// Seconds of a run below which one that was cancelled cannot be told from one that was not, and seconds that one may
// go on after its deadline.
constexpr double kLongRun = 0.08;
constexpr double kPatience = 1;

// Empty, or what is wrong with a run whose deadline passes `after` seconds from its call. Right is CANCELLED within
// `patience` seconds after that moment, and OK within 40 ms, which is less than is left of a long run of which a quarter
// is done. Up to three runs: a busy machine may stop a thread anywhere, but not each time.
std::string ignores_deadline(double after, const RunWithDeadline& run, double patience = kPatience);

// SKIP where the run is too short to be cancelled, saying so.
inline Verdict too_short(double seconds) {
  return skip(concat("the longest graph of this case takes only ", seconds * 1e3, " ms"));
}

}  // namespace mortise::conformance::abi
