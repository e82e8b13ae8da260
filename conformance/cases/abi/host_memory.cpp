// Cases about mortise.host-memory/1 seen from the host: what was lent comes back.
#include "conformance/cases/abi/compiled.h"

namespace mortise::conformance::abi {

Verdict host_memory_released(Rig& rig) {
  uint64_t requests = 0;
  return with_own_device(
      rig, {},
      [&](Device& device) {
        const Result<Compiled> compiled = compile_slow_chain(rig, device);
        if (!compiled.ok()) return no_workload(compiled.status());
        for (int run = 0; run < 2; ++run) {
          const std::string wrong = compiled->wrong();
          if (!wrong.empty()) return fail(wrong);
        }
        requests = device.host().ledger().requests();
        return pass("");
      },
      [&](CheckedHost& host, Verdict verdict) {
        if (verdict.outcome != Outcome::kPass) return verdict;
        const MemoryLedger& ledger = host.ledger();
        if (ledger.outstanding_blocks() != 0) {
          verdict = fail("after destroy(), ", ledger.outstanding_blocks(), " blocks of ", ledger.outstanding_bytes(),
                         " bytes that the host lent are not released");
          verdict.outcome = Outcome::kLeak;
          return verdict;
        }
        if (requests == 0) return skip("the provider takes no memory of the host");
        return pass(concat(requests, " blocks were taken, each released with its size"));
      });
}

}  // namespace mortise::conformance::abi
