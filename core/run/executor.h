// Executor: runs a program, any number of runs at once.
//
// Layouts (per set of input shapes) and frames (the memory of a run) are kept and used again: in a steady state a run
// takes a frame from a list, sets pointers and calls the steps. Steps run one after the other on the caller's thread,
// or, in a program where that pays (branches.h), as a flow graph on the host's arena. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "core/run/frame.h"
#include "core/run/program.h"
#include "core/run/run_trace.h"
#include "core/run/step_graph.h"

namespace mortise::run {

// The provider that made a run fail.
struct Failure {
  std::shared_ptr<ProviderInstance> provider;  // null: the run did not fail, or not for a provider's sake
  std::string nodes;                           // of its segment, for people
};

// What ends a run early, who watches it, and where it tells what failed.
struct RunControl {
  const std::atomic<bool>* cancel = nullptr;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  RunTrace* trace = nullptr;  // null: the run is not profiled
  Failure* failure = nullptr;
  Waiting waiting = Waiting::kSleep;  // kSuspend: the run is part of a task of the host's arena

  // OK, CANCELLED or DEADLINE_EXCEEDED.
  Status check() const;
};

class Executor {
 public:
  static constexpr size_t kMaxLayouts = 8;
  // Calls of a step that fails for a passing reason, in all.
  static constexpr int kMaxAttempts = 3;

  Executor(std::shared_ptr<const Program> program, HostContext& host) : program_(std::move(program)), host_(host) {}

  const Program& program() const { return *program_; }

  // inputs: one for each of the program's inputs, alive until run() returns; plain ones do for optional ones. outputs:
  // one for each of the program's outputs: a tensor that has the result's dtype and shape is written in place, anything
  // else is replaced.
  Status run(std::span<const Value* const> inputs, std::span<Value> outputs, const RunControl& control);

 private:
  // What one run needs for itself.
  struct Context {
    std::unique_ptr<Frame> frame;
    std::unique_ptr<StepGraph> graph;  // of a parallel program
  };
  struct Pool {
    std::shared_ptr<const Layout> layout;
    std::vector<Context> contexts;
    uint64_t last_use = 0;
  };

  Result<Context> take_context(std::span<const Value* const> inputs);
  void give_back(Context context);
  Status bind(Frame& frame, std::span<const Value* const> inputs, std::span<Value> outputs) const;
  Status run_steps(Context& context, const RunControl& control);
  Status run_parallel(Context& context, const RunControl& control);
  Status run_step(Frame& frame, uint32_t step, const RunControl& control);
  Status call_provider(Frame& frame, uint32_t step, const RunControl& control);
  Status collect(Frame& frame, std::span<Value> outputs) const;

  std::shared_ptr<const Program> program_;
  HostContext& host_;
  std::mutex mutex_;  // of pools_
  std::vector<std::unique_ptr<Pool>> pools_;
  uint64_t clock_ = 0;
};

}  // namespace mortise::run
