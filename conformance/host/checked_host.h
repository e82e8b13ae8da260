// CheckedHost: the host as the provider under test sees it: the real extensions, and a list of the rules that the
// provider broke. Thread-safe. Outlives the providers that it is given to.
#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "conformance/host/memory_ledger.h"
#include "core/host/host_context.h"

namespace mortise::conformance {

// A broken rule.
struct Violation {
  std::string requirement;  // "MORTISE-P-007"
  std::string sentence;
};

struct CheckedHostOptions {
  bool extensions = true;          // false: none is offered
  std::set<std::string> left_out;  // ids that are not offered
  uint32_t threads = 2;
  uint64_t memory_limit_mib = 0;  // 0: as much as the machine has
};

class CheckedHost : public HostContext {
 public:
  explicit CheckedHost(CheckedHostOptions options = {});

  const mortise_host_t* abi() const { return &abi_; }
  static CheckedHost& of(const mortise_host_t* host) { return static_cast<CheckedHost&>(HostContext::of(host)); }

  void violate(std::string_view requirement, std::string sentence);
  // Those since the last call, the first one first.
  std::vector<Violation> take_violations();

  // Lines that the provider logged since the last call.
  std::vector<std::string> take_log();

  // Of mortise.host-memory.
  MemoryLedger& ledger() { return ledger_; }
  // How often parallel_for() was called.
  uint64_t parallel_fors() const { return parallel_fors_; }
  void count_parallel_for() { ++parallel_fors_; }

 private:
  std::mutex mutex_;
  std::vector<Violation> violations_;
  std::vector<std::string> log_lines_;
  MemoryLedger ledger_;
  std::atomic<uint64_t> parallel_fors_{0};
  CheckedHostOptions options_;
  mortise_host_t abi_;
};

}  // namespace mortise::conformance
