// Frame: the memory of one run: the arena, the records of every step's tensors, device copies.
//
// Made for one layout and used again by later runs with the same input shapes, so that a steady-state run sets pointers
// and allocates nothing. A frame belongs to one run at a time; within it, steps that run at the same time touch
// different slots.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "core/run/layout.h"
#include "core/run/program.h"
#include "core/run/run_trace.h"

namespace mortise::run {

// A copy of a slot in a provider's memory.
struct DeviceCopy {
  uint32_t slot = kNoSlot;
  uint32_t provider = kNoId;
  uint32_t kind = MORTISE_MEMORY_HOST;
  void* handle = nullptr;
  uint64_t capacity = 0;
  bool valid = false;
  bool is_home = false;  // the host reaches it too: the handle is an address, and the slot's value lies there
};

class Frame {
 public:
  // The layout outlives the frame. Fails when there is no memory for the arena.
  static Result<std::unique_ptr<Frame>> create(std::shared_ptr<const Program> program,
                                               std::shared_ptr<const Layout> layout);
  ~Frame();
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  const Program& program() const { return *program_; }
  const Layout& layout() const { return *layout_; }

  // Forgets the last run's values; keeps memory.
  void reset();
  // Where the run's copies are recorded; null: nowhere.
  void set_trace(RunTrace* trace) { trace_ = trace; }

  // Gives a slot a value: an input, a constant, the result of a control-flow step. Shares its memory.
  void set(uint32_t slot, Value value);
  // Gives an output of the program the memory that its step is to write: a tensor of the slot's dtype and shape.
  void bind_output(uint32_t slot, const Tensor& tensor);
  // The slot's value in host memory; only after fetch(). Refers to the arena where it lies there.
  const Value& value(uint32_t slot) const { return slots_[slot].value; }

  // The records for a step's run() call.
  std::span<mortise_tensor_t> inputs(uint32_t step) {
    return std::span(tensors_).subspan(first_input_[step], program_->steps[step].inputs.size());
  }
  std::span<mortise_tensor_t> outputs(uint32_t step) {
    return std::span(tensors_).subspan(first_output_[step], program_->steps[step].outputs.size());
  }

  // Makes the inputs of a step reachable for its provider: copies to its memory where it wants that.
  Status prepare(uint32_t step);
  // Notes that the step has written its outputs, on the device or on the host, and copies to the host what somebody
  // needs there.
  Status finish(uint32_t step);
  // Copies a slot to host memory if only a device has it.
  Status fetch(uint32_t slot);

  // Memory for an output whose shape was not known: fills the step's record and returns it.
  Result<mortise_tensor_t> allocate_output(uint32_t step, uint64_t index, std::span<const int64_t> dims);

 private:
  Frame(std::shared_ptr<const Program> program, std::shared_ptr<const Layout> layout)
      : program_(std::move(program)), layout_(std::move(layout)) {}
  void index_records();
  // Writes the slot's value to the records of everybody who reads it from the host.
  void publish(uint32_t slot);
  DeviceCopy* find_copy(uint32_t slot, uint32_t provider, uint32_t kind);
  // Makes the copy hold the slot's value.
  Status fill(DeviceCopy& copy);
  Status ensure_capacity(DeviceCopy& copy, uint64_t bytes);
  // Memory for the value of a slot; an error names it.
  Result<Tensor> allocate(uint32_t slot) const;
  // Makes the home of a slot, if it has one, the place of its value. Where the device is full, other memory is.
  Status place_at_home(uint32_t slot);

  struct SlotState {
    Value value;           // a view of the arena or of a bound value, or owned memory
    bool on_host = false;  // value holds the run's result
  };

  std::shared_ptr<const Program> program_;
  std::shared_ptr<const Layout> layout_;
  Tensor arena_;  // bytes
  std::vector<mortise_tensor_t> tensors_;
  std::vector<uint32_t> first_input_;
  std::vector<uint32_t> first_output_;
  std::vector<SlotState> slots_;
  std::vector<DeviceCopy> copies_;
  std::unique_ptr<std::mutex[]> copying_;  // per device copy: steps that run at the same time may need the same one
  std::vector<std::vector<uint32_t>> readers_;    // per slot: records in tensors_ of those who read it from the host
  std::vector<std::vector<uint32_t>> copies_of_;  // per slot: its device copies
  RunTrace* trace_ = nullptr;
};

}  // namespace mortise::run
