// Cases about claim().
#include "conformance/cases/abi/workload.h"

namespace mortise::conformance::abi {

Verdict claim_pure(Rig& rig) {
  Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  Result<std::unique_ptr<OpGraph>> graph = find_workload(**device);
  if (!graph.ok()) return no_workload(graph.status());
  const Result<Claims> first = (*device)->claim(*(*graph)->view);
  if (!first.ok()) return fail("the first claim() failed: ", first.status().message());
  for (const char* which : {"second", "third"}) {
    const Result<Claims> again = (*device)->claim(*(*graph)->view);
    if (!again.ok()) return fail("the ", which, " claim() of the same graph failed: ", again.status().message());
    if (!(*again == *first))
      return fail("the ", which, " claim() of the same graph gave another answer than the first");
  }
  return pass("three calls gave one answer");
}

}  // namespace mortise::conformance::abi
