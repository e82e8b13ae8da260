// Cases about mortise.async-run/1.
#include <chrono>
#include <thread>

#include "conformance/cases/abi/compiled.h"
#include "conformance/host/submitted_run.h"

namespace mortise::conformance::abi {

namespace {

Verdict with_async(Rig& rig, const Check& check) {
  return with_workload(rig, [&](Device& device, const Compiled& compiled) {
    if (async_run_of(device) == nullptr) return skip("the provider lacks mortise.async-run/1");
    return check(device, compiled);
  });
}

// How many runs may be under way on one session.
size_t allowed_at_once(const Device& device) {
  return device.descriptor().concurrency == MORTISE_CONCURRENCY_REENTRANT ? 32 : 1;
}

}  // namespace

Verdict async_completes_once(Rig& rig) {
  return with_async(rig, [](Device&, const Compiled& compiled) {
    for (int i = 0; i < 8; ++i) {
      const auto run = SubmittedRun::submit(*compiled.session, compiled.graph->inputs, compiled.settings());
      if (!run.ok()) return fail("submit() failed: ", run.status().message());
      const RunOutcome outcome = (*run)->wait();
      if (!outcome.status.ok()) return fail("a submitted run failed: ", outcome.status.message());
      const std::string wrong = difference(outcome.outputs, compiled.expected);
      if (!wrong.empty()) return fail("a submitted run: ", wrong);
    }
    // A second completed() of the last run is a broken rule of its own, which the host writes down.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return pass("each of 8 submitted runs ended once, with the right result");
  });
}

Verdict async_many(Rig& rig) {
  return with_async(rig, [](Device& device, const Compiled& compiled) {
    std::vector<std::unique_ptr<SubmittedRun>> pending;
    std::string refused;
    for (size_t i = 0; i < allowed_at_once(device) && refused.empty(); ++i) {
      auto run = SubmittedRun::submit(*compiled.session, compiled.graph->inputs, compiled.settings());
      if (run.ok()) {
        pending.push_back(std::move(*run));
      } else if (run.status().code() != StatusCode::kResourceExhausted || !run.status().transient()) {
        refused = concat("submit() refused a run in another way than RESOURCE_EXHAUSTED with TRANSIENT: ",
                         run.status().message());
      } else if (pending.empty()) {
        refused = concat("the queue is full before anything was submitted: ", run.status().message());
      } else {
        break;
      }
    }
    std::string wrong;
    for (const auto& run : pending) {
      const RunOutcome outcome = run->wait();
      if (!wrong.empty()) continue;
      wrong = outcome.status.ok() ? difference(outcome.outputs, compiled.expected) : outcome.status.message();
    }
    if (!refused.empty()) return fail(refused);
    if (!wrong.empty()) return fail("with ", pending.size(), " runs pending at once: ", wrong);
    return pass(concat(pending.size(), " runs pending at once ended with the right results"));
  });
}

Verdict async_cancel(Rig& rig) {
  return with_async(rig, [](Device&, const Compiled& compiled) {
    RunSettings settings = compiled.settings();
    settings.is_cancelled = [] { return true; };
    const auto run = SubmittedRun::submit(*compiled.session, compiled.graph->inputs, settings);
    const Status status = run.ok() ? (*run)->wait().status : run.status();
    if (!status.ok() && status.code() != StatusCode::kCancelled)
      return fail("a cancelled run ended with another status than CANCELLED: ", status.message());
    const std::string after = compiled.wrong();
    return after.empty() ? pass("a cancelled submitted run ended once, and the next run is right")
                         : fail("after a cancelled submitted run: ", after);
  });
}

}  // namespace mortise::conformance::abi
