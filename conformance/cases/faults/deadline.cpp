// Runs whose deadline passes while the device works. Only the host knows of deadlines, and says DEADLINE_EXCEEDED to the
// application; for a provider such a run is cancelled.
#include <algorithm>
#include <iterator>

#include "conformance/cases/abi/compiled.h"
#include "conformance/cases/abi/late.h"
#include "conformance/host/process_state.h"
#include "conformance/host/submitted_run.h"

namespace mortise::conformance::faults {

using namespace abi;  // NOLINT: the frames of its cases

namespace {

// The parts of a run's time after which its deadline passes.
constexpr double kShares[] = {0.15, 0.4, 0.75};

RunOutcome run_until(const Compiled& compiled, std::chrono::nanoseconds deadline) {
  RunSettings settings = compiled.settings();
  settings.deadline = deadline;
  return compiled.session->run(compiled.graph->inputs, settings);
}

// A run that goes well after each one that does not. Empty, or what is wrong.
std::string wrong_with_deadlines(const Compiled& compiled, double seconds, const RunWithDeadline& run) {
  for (const double share : kShares) {
    const std::string late = ignores_deadline(share * seconds, run);
    if (!late.empty()) return concat("of ", seconds * 1e3, " ms, ", late);
    const std::string wrong = compiled.wrong();
    if (!wrong.empty()) return concat("after a run whose deadline passed: ", wrong);
  }
  return {};
}

// Empty, or how much of the heap runs that are given up keep. What they keep once is a reserve for the next one; what
// they keep again is lost.
std::string kept_by_late_runs(const SlowChain& chain) {
  constexpr uint64_t kAllowed = 16 * 1024;
  uint64_t least = UINT64_MAX;
  for (int round = 0; round < 2; ++round) {
    const uint64_t before = heap_in_use();
    for (const double share : kShares) {
      const std::chrono::duration<double> deadline(share * chain.seconds);
      (void)run_until(chain, std::chrono::duration_cast<std::chrono::nanoseconds>(deadline));
    }
    const uint64_t after = heap_in_use();
    least = std::min(least, after - std::min(before, after));
  }
  return least <= kAllowed ? std::string()
                           : concat("the heap grew by ", least, " bytes with every ", std::size(kShares),
                                    " runs whose deadline passed");
}

}  // namespace

Verdict fault_deadline(Rig& rig) {
  const auto check = [](Device& device) {
    const Result<SlowChain> chain = compile_slow_chain(device);
    if (!chain.ok()) return no_workload(chain.status());
    if (chain->seconds < kLongRun) return too_short(chain->seconds);
    const std::string wrong = wrong_with_deadlines(
        *chain, chain->seconds, [&](std::chrono::nanoseconds deadline) { return run_until(*chain, deadline); });
    if (!wrong.empty()) return fail(wrong);
    const std::string kept = kept_by_late_runs(*chain);
    if (kept.empty()) return pass("runs end soon after their deadline and keep nothing, and the next ones are right");
    Verdict leak = fail(kept);
    leak.outcome = Outcome::kLeak;
    return leak;
  };
  return with_own_device(rig, {}, check, unless_kept);
}

Verdict fault_deadline_first_run(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  Result<SlowChain> chain = compile_slow_chain(**device);
  if (!chain.ok()) return no_workload(chain.status());
  if (chain->first_seconds < kLongRun) return too_short(chain->first_seconds);
  const auto run = [&](std::chrono::nanoseconds deadline) {
    Result<std::unique_ptr<Session>> session = compile_all(**device, *chain->graph);
    if (!session.ok()) return RunOutcome{.status = session.status()};
    chain->session = *std::move(session);
    return run_until(*chain, deadline);
  };
  const std::string wrong = wrong_with_deadlines(*chain, chain->first_seconds, run);
  return wrong.empty() ? pass("a session's first run ends soon after its deadline, and the next one is right")
                       : fail("as a session's first run, ", wrong);
}

Verdict fault_deadline_submitted(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  if (async_run_of(**device) == nullptr) return skip("the provider lacks mortise.async-run/1");
  const Result<SlowChain> chain = compile_slow_chain(**device);
  if (!chain.ok()) return no_workload(chain.status());
  if (chain->seconds < kLongRun) return too_short(chain->seconds);
  const auto run = [&](std::chrono::nanoseconds deadline) {
    RunSettings settings = chain->settings();
    settings.deadline = deadline;
    const auto submitted = SubmittedRun::submit(*chain->session, chain->graph->inputs, settings);
    return submitted.ok() ? (*submitted)->wait() : RunOutcome{.status = submitted.status()};
  };
  const std::string wrong = wrong_with_deadlines(*chain, chain->seconds, run);
  return wrong.empty() ? pass("submitted runs end soon after their deadline, and the next ones are right")
                       : fail("as a submitted run, ", wrong);
}

}  // namespace mortise::conformance::faults
