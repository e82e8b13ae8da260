// Cases about runs that are cancelled.
#include <chrono>

#include "conformance/cases/abi/compiled.h"
#include "conformance/engine/clock.h"

namespace mortise::conformance::abi {

namespace {

using Clock = std::chrono::steady_clock;

// Below this there is nothing to cancel.
constexpr double kLong = 0.02;
// What is left of a run that should have been cancelled may take so long.
constexpr double kSoon = 0.05;
// A busy machine may stop a thread between its last look and its end; not each time.
constexpr int kAttempts = 3;

}  // namespace

Verdict run_cancel(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const Result<Compiled> compiled = compile_slow_chain(rig, **device);
  if (!compiled.ok()) return no_workload(compiled.status());
  const Clock::time_point begin = Clock::now();
  const std::string before = compiled->wrong();
  if (!before.empty()) return fail(before);
  const double whole = seconds_since(begin);
  if (whole < kLong) return skip(concat("the longest graph of this case takes only ", whole * 1e3, " ms"));
  for (const double share : {0.0, 0.25}) {
    bool heeded = false;
    double late = 0;
    for (int attempt = 0; !heeded && attempt < kAttempts; ++attempt) {
      const Clock::time_point started = Clock::now();
      RunSettings settings = compiled->settings();
      settings.is_cancelled = [&] { return seconds_since(started) >= share * whole; };
      const Status status = compiled->session->run(compiled->graph->inputs, settings).status;
      late = seconds_since(started) - share * whole;
      if (!status.ok() && status.code() != StatusCode::kCancelled)
        return fail("a cancelled run ended with another status than CANCELLED: ", status.message());
      heeded = !status.ok() || late <= kSoon;
    }
    if (!heeded)
      return fail("a run of ", whole * 1e3, " ms went on for ", late * 1e3, " ms after it was cancelled, to its end, ",
                  kAttempts, " times");
    if (late > std::max(whole, 20 * kSoon))
      return fail("a run returned CANCELLED only ", late * 1e3, " ms after it was cancelled");
    const std::string after = compiled->wrong();
    if (!after.empty()) return fail("after a cancelled run: ", after);
  }
  return pass("cancelled runs end soon, and the next ones are right");
}

}  // namespace mortise::conformance::abi
