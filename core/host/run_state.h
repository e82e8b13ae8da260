// RunState: what a run lends to the provider that executes one of its segments, as the host extensions see it.
//
// The executor derives from it; mortise_run_context_t::host_data points to it. Everything a provider can ask for during
// run() or submit() passes through here: memory for outputs, cancellation, host values, profile events. Each virtual
// function may be called from any thread while the run is pending.
#pragma once

#include <forward_list>
#include <mutex>
#include <span>

#include "core/host/memory_budget.h"
#include "mortise/all.h"
#include "mortise/sdk/result.h"
#include "mortise/sdk/value.h"

namespace mortise {

// Takes the events that providers record; they are copied before record() returns. Thread-safe.
class ProfileSink {
 public:
  virtual ~ProfileSink() = default;
  virtual void record(const mortise_profile_event_t& event) = 0;
};

// The values a provider makes during a run; they live until clear() or the arena's end. Thread-safe.
class ValueArena {
 public:
  // The address is stable.
  Value* add(Value value) {
    const std::lock_guard lock(mutex_);
    return &values_.emplace_front(std::move(value));
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    values_.clear();
  }

 private:
  std::mutex mutex_;
  std::forward_list<Value> values_;  // empty, it has no memory
};

class RunState {
 public:
  virtual ~RunState() = default;

  // See mortise_run_context_t::allocate_output; dims are not negative.
  virtual Status allocate_output(uint64_t index, std::span<const int64_t> dims, mortise_tensor_t* tensor) = 0;
  // Makes a value (a sequence, an optional, a string tensor, …) the output `index`; elements are shared.
  virtual Status set_output(uint64_t index, const Value& value) = 0;
  virtual bool cancelled() const = 0;
  // Memory for a value that the provider makes.
  virtual Result<Tensor> allocate(DType dtype, const Shape& shape) = 0;
  // What counts the memory that such values take besides; made as a shared one. Null: nobody does.
  virtual MemoryBudget* budget() const { return nullptr; }

  ValueArena values;
  ProfileSink* profile = nullptr;  // null: this run is not profiled
};

// The ABI's record of a run; refers to `state`.
mortise_run_context_t make_run_context(RunState& state);

// mortise_value_t is the ABI's name for Value.
inline const mortise_value_t* to_abi(const Value* value) { return reinterpret_cast<const mortise_value_t*>(value); }
inline mortise_value_t* to_abi(Value* value) { return reinterpret_cast<mortise_value_t*>(value); }
inline const Value* from_abi(const mortise_value_t* value) { return reinterpret_cast<const Value*>(value); }

}  // namespace mortise
