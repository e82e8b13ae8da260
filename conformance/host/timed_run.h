// TimedRun: a session whose inputs and outputs lie ready, so that a run is the call on the provider and nothing else.
//
// The opposite of Session::run(), which guards and looks at everything: what is timed here is known to be right. Inputs
// and outputs are in memory of the provider where the session wants them there (mortise.device-memory/1), and the copies
// are timed apart. Not thread-safe; device, session and graph outlive it.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "conformance/host/device_buffer.h"

namespace mortise::conformance {

class TimedRun {
 public:
  // Inputs are tensors in border order, and the outputs' shapes known. Copies nothing to the device yet. Errors are the
  // provider's, or for want of memory.
  static Result<std::unique_ptr<TimedRun>> prepare(Device& device, const Session& session, const Graph& graph,
                                                   std::span<const Value> inputs);

  // The nanoseconds that the provider's run() took.
  Result<double> run();
  // The nanoseconds of copying all inputs, or outputs, that are in the provider's memory; of each, 0.1 µs or so are the
  // suite's own.
  Result<double> copy_in();
  Result<double> copy_out();

  // The bytes that copy_in() and copy_out() move; 0 where nothing is in the provider's memory.
  uint64_t bytes_in() const { return bytes_of(inputs_); }
  uint64_t bytes_out() const { return bytes_of(outputs_); }
  // What the last run left, after copy_out().
  std::vector<Value> outputs() const;

 private:
  // One input or output: its elements in host memory, and where the provider wants them if that is elsewhere.
  struct Place {
    Tensor tensor;
    uint32_t kind = MORTISE_MEMORY_HOST;
    std::unique_ptr<DeviceBuffer> buffer;  // null in host memory
  };
  TimedRun(Device& device, const Session& session) : device_(device), session_(session) {}
  Status add(std::vector<Place>& places, Tensor tensor, uint32_t kind);
  static uint64_t bytes_of(const std::vector<Place>& places);
  static std::vector<mortise_tensor_t> records_of(const std::vector<Place>& places);

  Device& device_;
  const Session& session_;
  std::vector<Place> inputs_, outputs_;
};

}  // namespace mortise::conformance
