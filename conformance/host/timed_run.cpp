#include "conformance/host/timed_run.h"

#include <chrono>

#include "conformance/host/call.h"
#include "core/host/run_state.h"

namespace mortise::conformance {

namespace {

// Lends nothing: everything is there already.
class ReadyRun : public RunState {
 public:
  Status allocate_output(uint64_t index, std::span<const int64_t>, mortise_tensor_t*) override {
    return make_error(StatusCode::kFailedPrecondition, "output ", index, " is there already, with the shape it has");
  }
  Status set_output(uint64_t index, const Value&) override {
    return make_error(StatusCode::kFailedPrecondition, "output ", index, " is a tensor and is there already");
  }
  bool cancelled() const override { return false; }
  Result<Tensor> allocate(DType dtype, const Shape& shape) override { return Tensor::allocate(dtype, shape); }
};

using Clock = std::chrono::steady_clock;
double nanoseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
}

}  // namespace

Result<std::unique_ptr<TimedRun>> TimedRun::prepare(Device& device, const Session& session, const Graph& graph,
                                                    std::span<const Value> inputs) {
  std::unique_ptr<TimedRun> made(new TimedRun(device, session));
  const mortise_provider_device_memory_t* memory = device_memory_of(device);
  const auto kind_of = [&](auto function, uint64_t index) {
    uint32_t kind = MORTISE_MEMORY_HOST;
    if (memory == nullptr) return kind;
    (void)call(device.host(), "input_kind() or output_kind()", ThreadRole::kSetup,
               [&] { kind = (memory->*function)(session.abi(), index); });
    return kind;
  };
  for (size_t i = 0; i < inputs.size(); ++i) {
    MORTISE_TRY(made->add(made->inputs_, inputs[i].tensor, kind_of(&mortise_provider_device_memory_t::input_kind, i)));
  }
  for (size_t i = 0; i < session.border().outputs.size(); ++i) {
    const Type& type = graph.value(session.border().outputs[i]).type;
    const auto shape = type.static_shape();
    if (!shape) return invalid_argument("the shape of output ", i, " is not known before the run");
    MORTISE_ASSIGN(Tensor tensor, Tensor::allocate(type.dtype, *shape));
    MORTISE_TRY(
        made->add(made->outputs_, std::move(tensor), kind_of(&mortise_provider_device_memory_t::output_kind, i)));
  }
  return made;
}

Status TimedRun::add(std::vector<Place>& places, Tensor tensor, uint32_t kind) {
  Place place{.tensor = std::move(tensor), .kind = kind};
  if (kind != MORTISE_MEMORY_HOST) {
    MORTISE_ASSIGN(place.buffer, DeviceBuffer::allocate(device_, kind, place.tensor.size_bytes()));
  }
  places.push_back(std::move(place));
  return {};
}

uint64_t TimedRun::bytes_of(const std::vector<Place>& places) {
  uint64_t bytes = 0;
  for (const Place& place : places) bytes += place.buffer ? place.tensor.size_bytes() : 0;
  return bytes;
}

std::vector<mortise_tensor_t> TimedRun::records_of(const std::vector<Place>& places) {
  std::vector<mortise_tensor_t> records;
  for (const Place& place : places) {
    mortise_tensor_t& record = records.emplace_back(place.tensor.abi());
    if (!place.buffer) continue;
    record.data = place.buffer->handle();
    record.memory_kind = place.kind;
  }
  return records;
}

Result<double> TimedRun::run() {
  const std::vector<mortise_tensor_t> inputs = records_of(inputs_), outputs = records_of(outputs_);
  ReadyRun state;
  const mortise_run_context_t context = make_run_context(state);
  const mortise_run_args_t args = {.inputs = inputs.data(),
                                   .outputs = outputs.data(),
                                   .num_inputs = inputs.size(),
                                   .num_outputs = outputs.size(),
                                   .context = &context};
  const mortise_session_t* session = session_.abi();
  double time = 0;
  MORTISE_TRY(call(device_.host(), "run()", ThreadRole::kWorker, [&](mortise_error_t* error) {
    const auto begin = Clock::now();
    const mortise_status status = session->run(session, &args, error);
    time = nanoseconds_since(begin);
    return status;
  }));
  return time;
}

Result<double> TimedRun::copy_in() {
  const auto begin = Clock::now();
  for (const Place& place : inputs_) {
    if (place.buffer) MORTISE_TRY(place.buffer->copy_in(0, place.tensor.raw(), place.tensor.size_bytes()));
  }
  return nanoseconds_since(begin);
}

Result<double> TimedRun::copy_out() {
  const auto begin = Clock::now();
  for (Place& place : outputs_) {
    if (place.buffer) MORTISE_TRY(place.buffer->copy_out(0, place.tensor.raw(), place.tensor.size_bytes()));
  }
  return nanoseconds_since(begin);
}

std::vector<Value> TimedRun::outputs() const {
  std::vector<Value> values;
  for (const Place& place : outputs_) values.emplace_back(place.tensor);
  return values;
}

}  // namespace mortise::conformance
