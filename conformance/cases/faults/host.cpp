// Faults of the host: no memory, runs that nobody wants any more.
#include <atomic>

#include "conformance/cases/abi/compiled.h"

namespace mortise::conformance::faults {

using namespace abi;  // NOLINT: the frames of its cases

Verdict fault_host_memory(Rig& rig) {
  constexpr uint64_t kMost = 16;
  uint64_t refused = 0;
  return with_own_device(
      rig, {},
      [&](Device& device) {
        MemoryLedger& ledger = device.host().ledger();
        const Result<Compiled> compiled = compile_chain(device, kMost + 1);
        if (!compiled.ok()) return no_workload(compiled.status());
        for (uint64_t nth = 1; nth <= kMost; ++nth) {
          ledger.refuse(nth);
          const auto session = compile_all(device, *compiled->graph);
          Status status = session.status();
          if (session.ok()) status = (*session)->run(compiled->graph->inputs, compiled->settings()).status;
          const bool was_refused = ledger.requests() >= nth;
          ledger.refuse(0);
          if (!was_refused) break;  // the session asks for less
          ++refused;
          if (!status.ok() && status.code() != StatusCode::kResourceExhausted)
            return fail("request ", nth, " for host memory was refused, and the provider says something else than ",
                        "RESOURCE_EXHAUSTED: ", status.message());
          const std::string wrong = compiled->wrong();
          if (!wrong.empty()) return fail("after request ", nth, " for host memory was refused: ", wrong);
        }
        return refused != 0 ? pass(concat(refused, " refusals were answered rightly, and nothing is kept"))
                            : skip("the provider takes no memory of the host");
      },
      unless_kept);
}

Verdict fault_output_refused(Rig& rig) {
  const auto check = [](Device&, const Compiled& compiled) {
    RunSettings settings;
    settings.refuse_outputs = true;
    const Status status = compiled.session->run(compiled.graph->inputs, settings).status;
    if (status.ok()) return fail("run() returned OK although the host had no memory for its outputs");
    if (status.code() != StatusCode::kResourceExhausted)
      return fail("the host had no memory for an output, and run() says something else than RESOURCE_EXHAUSTED: ",
                  status.message());
    const std::string wrong = compiled.wrong();
    return wrong.empty() ? pass("run() says RESOURCE_EXHAUSTED, and the next run is right")
                         : fail("after a run without memory for outputs: ", wrong);
  };
  return with_workload(rig, check, Extents::kSymbolic);
}

Verdict fault_cancelled_polls(Rig& rig) {
  constexpr uint64_t kMost = 8;
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const Result<Compiled> compiled = compile_chain(**device, 32);
  if (!compiled.ok()) return no_workload(compiled.status());
  const std::string before = compiled->wrong();
  if (!before.empty()) return fail(before);
  uint64_t cancelled = 0;
  for (uint64_t nth = 1; nth <= kMost; ++nth) {
    std::atomic<uint64_t> polls{0};
    RunSettings settings = compiled->settings();
    settings.is_cancelled = [&] { return ++polls >= nth; };
    const Status status = compiled->session->run(compiled->graph->inputs, settings).status;
    if (polls < nth) break;  // the run ended before
    ++cancelled;
    if (status.code() != StatusCode::kCancelled)
      return fail("the provider saw at its ", nth, "th look that the run is cancelled, and returned ",
                  status.ok() ? "OK" : status.message());
    const std::string wrong = compiled->wrong();
    if (!wrong.empty()) return fail("after a cancelled run: ", wrong);
  }
  if (cancelled == 0) return skip("the provider never asks whether a run is cancelled");
  return pass(concat(cancelled, " runs were cancelled at different places, and the next ones are right"));
}

}  // namespace mortise::conformance::faults
