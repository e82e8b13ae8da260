// HostContext: the host as providers see it, and what stands behind its extensions.
//
// Owns the mortise_host_t, the one thread pool of a session (a oneTBB arena), the log, the memory that runs may take
// and the run ids of asynchronous runs. Outlives every provider that was created with it, and does not move.
// Thread-safe.
#pragma once

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <optional>

#include "core/base/log.h"
#include "core/host/completions.h"
#include "core/host/memory_budget.h"
#include "mortise/all.h"

namespace mortise {

struct HostOptions {
  // Threads that compute, the caller of a run included; 0: as many as the machine has.
  uint32_t threads = 0;
  // See MemoryBudget.
  uint64_t memory_limit_mib = 0;
  LogSink log_sink;  // empty: the standard error stream
  Severity min_severity = Severity::kWarning;
};

class HostContext {
 public:
  explicit HostContext(HostOptions options = {});
  HostContext(const HostContext&) = delete;
  HostContext& operator=(const HostContext&) = delete;

  const mortise_host_t* abi() const { return &abi_; }
  // The context behind a host record that this class made.
  static HostContext& of(const mortise_host_t* host) { return *static_cast<HostContext*>(host->host_data); }

  const Log& log() const { return log_; }
  CompletionRegistry& completions() { return completions_; }
  MemoryBudget& memory() { return *memory_; }
  tbb::task_arena& arena() { return arena_; }
  uint32_t threads() const { return threads_; }
  // Bound of the worker numbers that bodies of parallel_for see: the arena's threads, and a thread outside it.
  uint32_t max_workers() const { return threads_ + 1; }

 private:
  Log log_;
  std::shared_ptr<MemoryBudget> memory_;
  uint32_t threads_;
  std::optional<tbb::global_control> more_threads_;  // than the machine has, when the application asks for them
  tbb::task_arena arena_;
  CompletionRegistry completions_;
  mortise_host_t abi_;
};

}  // namespace mortise
