// Cases about run().
#include "conformance/cases/abi/workload.h"

namespace mortise::conformance::abi {

Verdict run_basic(Rig& rig) {
  Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  Result<std::unique_ptr<OpGraph>> graph = find_workload(**device);
  if (!graph.ok()) return no_workload(graph.status());
  const Result<std::unique_ptr<Session>> session = compile_all(**device, **graph);
  if (!session.ok()) return fail("compile() of what was claimed failed: ", session.status().message());
  const RunOutcome outcome = (*session)->run((*graph)->inputs, settings_for(**graph, **session));
  if (!outcome.status.ok()) return fail("run() failed: ", outcome.status.message());
  const Result<std::vector<Value>> expected = expected_outputs(rig, **graph);
  if (!expected.ok()) return fail("the oracle failed: ", expected.status().message());
  const std::string wrong = difference(outcome.outputs, *expected);
  return wrong.empty() ? pass("the result is right") : fail(wrong);
}

}  // namespace mortise::conformance::abi
