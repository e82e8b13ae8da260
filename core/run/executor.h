// Executor: runs a program, any number of runs at once.
//
// Layouts (per set of input shapes) and frames (the memory of a run) are kept and used again: in a steady state a run
// takes a frame from a list, sets pointers and calls the steps. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "core/host/run_state.h"
#include "core/run/frame.h"
#include "core/run/program.h"

namespace mortise::run {

// What ends a run early, and who watches it.
struct RunControl {
  const std::atomic<bool>* cancel = nullptr;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  ProfileSink* profile = nullptr;

  // OK, CANCELLED or DEADLINE_EXCEEDED.
  Status check() const;
};

// Where a run stopped because a provider failed.
struct Failure {
  Status status;
  uint32_t step = kNoId;  // kNoId: nothing failed
};

class Executor {
 public:
  static constexpr size_t kMaxLayouts = 8;
  // Calls of a step that fails for a passing reason, in all.
  static constexpr int kMaxAttempts = 3;

  Executor(std::shared_ptr<const Program> program, HostContext& host) : program_(std::move(program)), host_(host) {}

  const Program& program() const { return *program_; }

  // inputs: one for each of the program's inputs, alive until run() returns. outputs: one for each of the program's
  // outputs: a tensor that has the result's dtype and shape is written in place, anything else is replaced.
  // failure, if given, names the step at which a provider failed.
  Status run(std::span<const Value* const> inputs, std::span<Value> outputs, const RunControl& control,
             Failure* failure = nullptr);

 private:
  struct Pool {
    std::shared_ptr<const Layout> layout;
    std::vector<std::unique_ptr<Frame>> frames;
    uint64_t last_use = 0;
  };

  Result<std::unique_ptr<Frame>> take_frame(std::span<const Value* const> inputs);
  void give_back(std::unique_ptr<Frame> frame);
  Status bind(Frame& frame, std::span<const Value* const> inputs, std::span<Value> outputs) const;
  Status run_step(Frame& frame, uint32_t step, const RunControl& control);
  Status collect(Frame& frame, std::span<Value> outputs) const;

  std::shared_ptr<const Program> program_;
  HostContext& host_;
  std::mutex mutex_;  // of pools_
  std::vector<std::unique_ptr<Pool>> pools_;
  uint64_t clock_ = 0;
};

}  // namespace mortise::run
