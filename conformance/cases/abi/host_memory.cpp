// Cases about mortise.host-memory/1 seen from the host: what was lent comes back.
#include "conformance/cases/abi/compiled.h"

namespace mortise::conformance::abi {

Verdict host_memory_released(Rig& rig) {
  uint64_t requests = 0;
  return with_own_device(
      rig, {},
      [&](Device& device) {
        const Result<Compiled> compiled = compile_chain(device, 16);
        if (!compiled.ok()) return no_workload(compiled.status());
        for (int run = 0; run < 2; ++run) {
          const std::string wrong = compiled->wrong();
          if (!wrong.empty()) return fail(wrong);
        }
        requests = device.host().ledger().requests();
        return pass("");
      },
      [&](CheckedHost& host, Verdict verdict) {
        verdict = unless_kept(host, std::move(verdict));
        if (verdict.outcome != Outcome::kPass) return verdict;
        if (requests == 0) return skip("the provider takes no memory of the host");
        return pass(concat(requests, " blocks were taken, each released with its size"));
      });
}

}  // namespace mortise::conformance::abi
