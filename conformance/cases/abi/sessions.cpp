// Cases about the lives of sessions and devices.
#include "conformance/cases/abi/compiled.h"
#include "conformance/host/process_state.h"

namespace mortise::conformance::abi {

Verdict session_reopen(Rig& rig) {
  constexpr int kRounds = 4;
  return with_own_device(rig, {}, [&](Device& device) {
    for (int round = 0; round < kRounds; ++round) {
      {
        const Result<Compiled> compiled = compile_workload(rig, device);
        if (!compiled.ok()) return no_workload(compiled.status());
        const std::string wrong = compiled->wrong();
        if (!wrong.empty()) return fail("in round ", round, ": ", wrong);
      }
      const Status reopened = device.reopen();
      if (!reopened.ok()) return fail("open() after close() failed in round ", round, ": ", reopened.message());
    }
    return pass(concat(kRounds, " rounds of open, compile, run and close give right results"));
  });
}

Verdict session_many(Rig& rig) {
  constexpr size_t kSessions = 48;
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  std::vector<Compiled> sessions;
  for (size_t i = 0; i < kSessions; ++i) {
    Result<Compiled> compiled = compile_workload(rig, **device);
    if (!compiled.ok()) return no_workload(compiled.status());
    sessions.push_back(std::move(*compiled));
  }
  Random random = rig.random();
  while (!sessions.empty()) {
    const size_t one = below(random, sessions.size());
    const std::string wrong = sessions[one].wrong();
    if (!wrong.empty()) return fail("with ", sessions.size(), " sessions alive: ", wrong);
    sessions.erase(sessions.begin() + static_cast<std::ptrdiff_t>(below(random, sessions.size())));
  }
  return pass(concat(kSessions, " sessions at once, run and destroyed in random order, give right results"));
}

Verdict session_releases(Rig& rig) {
  constexpr int kWarm = 20;
  constexpr int kRounds = 100;
  constexpr uint64_t kAllowed = 64 * 1024;  // of the heap itself; a session that is kept is bigger than 656 bytes
  return with_workload(rig, [&](Device& device, const Compiled& compiled) {
    uint64_t before = 0;
    for (int round = -kWarm; round < kRounds; ++round) {
      if (round == 0) before = heap_in_use();
      const Result<std::unique_ptr<Session>> session = compile_all(device, *compiled.graph);
      if (!session.ok()) return fail("compile() failed in round ", round + kWarm, ": ", session.status().message());
      const Status status = (*session)->run(compiled.graph->inputs, compiled.settings()).status;
      if (!status.ok()) return fail("run() failed in round ", round + kWarm, ": ", status.message());
    }
    const uint64_t after = heap_in_use();
    if (after > before + kAllowed) {
      Verdict leak = fail("the heap grew by ", after - before, " bytes in ", kRounds,
                          " rounds of compile(), run() and destroy() of the session");
      leak.outcome = Outcome::kLeak;
      return leak;
    }
    return pass(concat(kRounds, " sessions left ", after > before ? after - before : 0, " bytes behind"));
  });
}

}  // namespace mortise::conformance::abi
