// Cases about runs that are cancelled.
#include <algorithm>

#include "conformance/cases/abi/compiled.h"
#include "conformance/cases/abi/late.h"

namespace mortise::conformance::abi {

Verdict run_cancel(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const Result<SlowChain> chain = compile_slow_chain(**device);
  if (!chain.ok()) return no_workload(chain.status());
  if (chain->seconds < kLongRun) return too_short(chain->seconds);
  for (const double share : {0.0, 0.25}) {
    const std::string wrong = ignores_deadline(
        share * chain->seconds,
        [&](std::chrono::nanoseconds deadline) {
          RunSettings settings = chain->settings();
          settings.deadline = deadline;
          return chain->session->run(chain->graph->inputs, settings);
        },
        std::max(chain->seconds, kPatience));
    if (!wrong.empty()) return fail("of ", chain->seconds * 1e3, " ms, ", wrong);
    const std::string after = chain->wrong();
    if (!after.empty()) return fail("after a cancelled run: ", after);
  }
  return pass("cancelled runs end soon, and the next ones are right");
}

}  // namespace mortise::conformance::abi
