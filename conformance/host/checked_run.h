// CheckedRun: what one run lends to the provider, and what is looked at when it has ended. Behind Session::run() and
// submitted runs; used once.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "conformance/host/device.h"
#include "conformance/host/device_buffer.h"
#include "core/host/run_state.h"

namespace mortise::conformance {

class CheckedRun : public RunState, private ProfileSink {
 public:
  CheckedRun(const Session& session, RunSettings settings);

  // Copies the inputs into guarded memory and allocates the outputs whose shape is given. Fails only for want of memory
  // and for inputs that do not fit the segment.
  Status prepare(std::span<const Value> inputs);
  // Valid after prepare(), as long as this object.
  const mortise_run_args_t& args() const { return *args_; }
  // Just before the call: inputs become read-only, and the time begins.
  void begin();
  // As soon as the provider says that the run has ended; from any thread.
  void end();
  // Looks at the memory around all tensors, and takes the outputs of a run that succeeded.
  RunOutcome finish(Status status);

  // --- RunState, from any thread
  Status allocate_output(uint64_t index, std::span<const int64_t> dims, mortise_tensor_t* tensor) override;
  Status set_output(uint64_t index, const Value& value) override;
  bool cancelled() const override;
  Result<Tensor> allocate(DType dtype, const Shape& shape) override;

 private:
  struct Output {
    Value value;
    std::unique_ptr<DeviceBuffer> buffer;  // where the value lies until the run has ended
  };
  void record(const mortise_profile_event_t& event) override;

  Status add_input(size_t index);
  Status add_output(size_t index);
  // Puts the records of the arguments where they can be taken back.
  Status lend_records();
  void take_back();
  Status make_output(uint64_t index, const Shape& shape);
  // The kind of memory that the session wants.
  using KindFunction = decltype(mortise_provider_device_memory_t::input_kind) mortise_provider_device_memory_t::*;
  uint32_t kind_of(KindFunction function, uint64_t index) const;
  // A device's memory of this kind that holds what the record describes, which is changed to point there.
  Result<std::unique_ptr<DeviceBuffer>> place(uint32_t kind, mortise_tensor_t& record);
  void violate(std::string_view requirement, std::string sentence) { host_.violate(requirement, std::move(sentence)); }
  void check_block(const Value& value, std::string_view requirement);
  bool in_order(uint64_t index, std::string_view function);

  const Session& session_;
  CheckedHost& host_;
  const RunSettings settings_;
  std::mutex mutex_;
  std::vector<Value> inputs_;
  std::vector<Output> outputs_;
  std::vector<std::unique_ptr<DeviceBuffer>> input_buffers_;
  std::vector<mortise_tensor_t> input_records_, output_records_;
  RunOutcome outcome_;
  mortise_run_context_t context_;
  mortise_run_args_t own_args_{};
  const mortise_run_args_t* args_ = &own_args_;  // or their copy in records_
  std::shared_ptr<GuardedBlock> records_;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace mortise::conformance
