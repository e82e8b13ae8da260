// Cases about what is left when a plugin is gone.
#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "conformance/cases/abi/compiled.h"
#include "conformance/host/process_state.h"
#include "core/config/options.h"

namespace mortise::conformance::abi {

namespace {

// Loads, opens, compiles and runs, and puts all away again. The host computes on the calling thread alone, so that every
// new thread is the plugin's. `seen` is called while the device is open, after the run.
Status whole_life(Rig& rig, CheckedHost& host, const std::function<void()>& seen = {}) {
  MORTISE_ASSIGN(const std::unique_ptr<Plugin> plugin, Plugin::load(rig.settings().plugin, host));
  MORTISE_ASSIGN(const mortise_provider_descriptor_t* descriptor, plugin->descriptor(rig.settings().provider));
  const char* schema = descriptor->options_schema != nullptr ? descriptor->options_schema : "{}";
  MORTISE_ASSIGN(const std::string options, complete_options(schema, rig.settings().options, "--options"));
  MORTISE_ASSIGN(const std::unique_ptr<Device> device, Device::open(*plugin, rig.settings().provider, options, host));
  const Result<std::unique_ptr<OpGraph>> graph = find_workload(*device);
  if (graph.ok()) {
    MORTISE_ASSIGN(const std::unique_ptr<Session> session, compile_all(*device, **graph));
    MORTISE_TRY(session->run((*graph)->inputs, settings_for(**graph, *session)).status);
  } else if (graph.status().code() != StatusCode::kUnimplemented) {
    return graph.status();
  }
  if (seen) seen();
  return {};
}

// What differs once threads that were joined a moment ago have left /proc.
std::vector<std::string> lasting_differences(const ProcessState& before) {
  std::vector<std::string> found;
  for (int attempt = 0; attempt < 20; ++attempt) {
    found = differences(before, process_state());
    if (found.empty()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return found;
}

void hand_over(CheckedHost& from, Rig& to) {
  for (const Violation& violation : from.take_violations())
    to.host().violate(violation.requirement, violation.sentence);
}

// What the process has of memory. The heap's own count is exact; what is resident besides (memory that was mapped, code
// that a driver compiled) comes and goes in pieces.
struct Memory {
  uint64_t heap = 0;      // bytes
  uint64_t resident = 0;  // bytes
};
Memory memory_now() {
  malloc_trim(0);
  std::ifstream file("/proc/self/statm");
  uint64_t all = 0;
  uint64_t resident = 0;
  file >> all >> resident;
  return {.heap = heap_in_use(), .resident = resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE))};
}
uint64_t growth(uint64_t before, uint64_t after) { return after > before ? after - before : 0; }

}  // namespace

Verdict unload_clean(Rig& rig) {
  CheckedHost host({.threads = 1});
  const ProcessState before = process_state();
  const Status status = whole_life(rig, host);
  const std::vector<std::string> left = lasting_differences(before);
  hand_over(host, rig);
  if (!status.ok()) return fail(status.message());
  return left.empty() ? pass("the process is as it was before the plugin was loaded")
                      : fail("after deinit() and unloading: ", join(left));
}

Verdict process_untouched(Rig& rig) {
  CheckedHost host({.threads = 1});
  const ProcessState before = process_state();
  ProcessState during;
  const Status status = whole_life(rig, host, [&] { during = process_state(); });
  hand_over(host, rig);
  if (!status.ok()) return fail(status.message());
  // Threads and descriptors are the plugin's own while it is there.
  during.threads = before.threads;
  during.descriptors = before.descriptors;
  const std::vector<std::string> changed = differences(before, during);
  return changed.empty() ? pass("nothing of the process changed while the provider ran")
                         : fail("while the provider is open: ", join(changed));
}

Verdict unload_rounds(Rig& rig) {
  using std::chrono::steady_clock;
  constexpr int kWarm = 10;
  constexpr int kRounds = 100;
  constexpr uint64_t kAllowedHeap = uint64_t{512} << 10, kAllowedResident = uint64_t{16} << 20;
  // Where a whole life takes long, since the provider compiles for a device, later rounds are loading and unloading alone.
  // What a driver keeps once for all is complete only after several of them.
  constexpr std::chrono::seconds kWarmBudget{10};
  constexpr std::chrono::seconds kBudget{8};
  CheckedHost host({.threads = 1});
  steady_clock::time_point deadline = steady_clock::now() + kWarmBudget;
  ProcessState before;
  Memory memory;
  int whole = 0;
  for (int round = -kWarm; round < kRounds; ++round) {
    if (round == 0) {
      before = process_state();
      memory = memory_now();
      deadline = steady_clock::now() + kBudget;
      whole = 0;
    }
    const bool runs = whole == 0 || steady_clock::now() < deadline;
    whole += runs ? 1 : 0;
    const Status status = runs ? whole_life(rig, host) : Plugin::load(rig.settings().plugin, host).status();
    if (!status.ok()) return fail("in round ", round + kWarm, ": ", status.message());
  }
  const std::vector<std::string> left = lasting_differences(before);
  const Memory after = memory_now();
  const uint64_t heap = growth(memory.heap, after.heap), resident = growth(memory.resident, after.resident);
  hand_over(host, rig);
  const std::string rounds = concat(kRounds, " rounds of loading and unloading, ", whole, " of them with a run");
  if (!left.empty()) return fail("after ", rounds, ": ", join(left));
  const std::string grown =
      concat("the heap grew by ", heap >> 10, " KiB and resident memory by ", resident >> 10, " KiB");
  if (heap > kAllowedHeap || resident > kAllowedResident) {
    Verdict leak = fail(grown, " in ", rounds);
    leak.outcome = Outcome::kLeak;
    return leak;
  }
  return pass(concat(rounds, ": ", grown));
}

}  // namespace mortise::conformance::abi
