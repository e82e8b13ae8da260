// RunTrace: records one run for its Trace. A run that is not profiled has none; then a span costs a test for null.
#pragma once

#include <atomic>
#include <mutex>

#include "core/host/run_state.h"
#include "core/run/program.h"
#include "mortise/core/trace.h"

namespace mortise::run {

// Thread-safe. The program outlives it.
class RunTrace {
 public:
  // The run begins.
  explicit RunTrace(const Program& program);

  // The run has ended: everything that was recorded, and the run itself. Once, after all spans have ended.
  Trace finish(const Status& status);

  void add(TraceEvent event);
  void count_lost_event();
  uint32_t next_call() { return calls_.fetch_add(1, std::memory_order_relaxed); }

 private:
  const uint64_t start_;
  std::atomic<uint32_t> calls_{0};
  std::mutex mutex_;  // of trace_
  Trace trace_;
};

// A call of a step, from the span's making to its end, possibly on another thread; takes the events that the provider
// records meanwhile. Events that begin before the call are cut to it.
class StepSpan final : public ProfileSink {
 public:
  StepSpan(RunTrace* trace, const Program& program, uint32_t step) : trace_(trace) {
    if (trace_ != nullptr) begin(program, step);
  }
  ~StepSpan() override {
    if (trace_ != nullptr) end();
  }
  StepSpan(const StepSpan&) = delete;
  StepSpan& operator=(const StepSpan&) = delete;

  // Null if the run is not profiled.
  ProfileSink* sink() { return trace_ != nullptr ? this : nullptr; }
  void record(const mortise_profile_event_t& event) override;

 private:
  void begin(const Program& program, uint32_t step);
  void end() noexcept;
  // What every event of this call has in common.
  TraceEvent make_event(TraceKind kind) const;

  RunTrace* const trace_;
  const Program* program_ = nullptr;
  uint32_t step_ = 0;
  uint32_t call_ = 0;
  uint32_t thread_ = 0;
  uint64_t start_ = 0;
};

// A copy of a slot's value between the host and a provider's memory, from the span's making to its end.
class CopySpan {
 public:
  CopySpan(RunTrace* trace, TraceKind kind, const Program& program, uint32_t slot, uint32_t provider, uint64_t bytes)
      : trace_(trace) {
    if (trace_ != nullptr) begin(kind, program, slot, provider, bytes);
  }
  ~CopySpan() {
    if (trace_ != nullptr) end();
  }
  CopySpan(const CopySpan&) = delete;
  CopySpan& operator=(const CopySpan&) = delete;

 private:
  void begin(TraceKind kind, const Program& program, uint32_t slot, uint32_t provider, uint64_t bytes);
  void end() noexcept;

  RunTrace* const trace_;
  const Program* program_ = nullptr;
  TraceKind kind_ = TraceKind::kCopyIn;
  uint32_t slot_ = kNoSlot;
  uint32_t provider_ = kNoId;
  uint64_t bytes_ = 0;
  uint64_t start_ = 0;
};

}  // namespace mortise::run
