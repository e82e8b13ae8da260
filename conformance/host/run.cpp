// Session::run(): what a run lends to the provider, and what is looked at when it has ended.
#include <cstring>
#include <mutex>

#include "conformance/host/call.h"
#include "conformance/host/device.h"
#include "conformance/host/guarded_memory.h"
#include "core/host/run_state.h"

namespace mortise::conformance {

namespace {

class CheckedRun : public RunState {
 public:
  CheckedRun(CheckedHost& host, const Graph& graph, const Border& border, const RunSettings& settings)
      : host_(host), graph_(graph), border_(border), settings_(settings), outputs_(border.outputs.size()) {}

  Status set_inputs(std::span<const Value> inputs) {
    if (inputs.size() != border_.inputs.size()) {
      return invalid_argument("the segment has ", border_.inputs.size(), " inputs, given are ", inputs.size());
    }
    inputs_.reserve(inputs.size());  // records refer to the shapes of tensors that are in it
    for (size_t i = 0; i < inputs.size(); ++i) MORTISE_TRY(add_input(inputs[i], i));
    return {};
  }

  Status preallocate() {
    for (size_t i = 0; i < border_.outputs.size(); ++i) {
      const Type& type = graph_.value(border_.outputs[i]).type;
      mortise_tensor_t record{};
      record.dtype = static_cast<mortise_dtype>(type.is_tensor() ? type.dtype : DType::kUndefined);
      record.flags = MORTISE_TENSOR_UNALLOCATED;
      const auto shape = settings_.shapes.find(i);
      if (shape != settings_.shapes.end() && type.is_tensor() && type.dtype != DType::kString) {
        MORTISE_TRY(make_output(i, shape->second));
        record = outputs_[i].value.tensor.abi();
      }
      output_records_.push_back(record);
    }
    return {};
  }

  Status call_run(const mortise_session_t& session) {
    mortise_run_context_t context = make_run_context(*this);
    context.flags = settings_.flags;
    const mortise_run_args_t args = {.inputs = input_records_.data(),
                                     .outputs = output_records_.data(),
                                     .num_inputs = input_records_.size(),
                                     .num_outputs = output_records_.size(),
                                     .context = &context};
    protect_inputs(true);
    const Status status = call(host_, "run()", ThreadRole::kWorker,
                               [&](mortise_error_t* error) { return session.run(&session, &args, error); });
    protect_inputs(false);
    return status;
  }

  // Looks at the memory around all tensors, and takes the outputs of a run that succeeded.
  std::vector<Value> finish(const Status& status) {
    for (const Value& input : inputs_) check_block(input.tensor, "MORTISE-P-033");
    std::vector<Value> taken;
    for (size_t i = 0; i < outputs_.size(); ++i) {
      check_block(outputs_[i].value.tensor, "MORTISE-P-034");
      if (status.ok() && outputs_[i].value.kind == ValueKind::kNone) {
        host_.violate("MORTISE-P-032", concat("run() returned OK and made no output ", i, " (value '",
                                              graph_.value(border_.outputs[i]).name.view(), "')"));
      }
      taken.push_back(std::move(outputs_[i].value));
    }
    return taken;
  }

  // --- RunState, from any thread
  Status allocate_output(uint64_t index, std::span<const int64_t> dims, mortise_tensor_t* tensor) override {
    const std::lock_guard lock(mutex_);
    if (index >= outputs_.size()) {
      host_.violate("MORTISE-P-034", concat("allocate_output() for output ", index, " of ", outputs_.size()));
      return invalid_argument("there is no output ", index, ": the segment has ", outputs_.size());
    }
    if (std::exchange(outputs_[index].asked, true)) {
      host_.violate("MORTISE-P-034", concat("allocate_output() was called twice for output ", index));
      return make_error(StatusCode::kFailedPrecondition, "output ", index, " is allocated already");
    }
    MORTISE_TRY(make_output(index, Shape(dims)));
    *tensor = outputs_[index].value.tensor.abi();
    return {};
  }
  Status set_output(uint64_t index, const Value& value) override {
    const std::lock_guard lock(mutex_);
    if (index >= outputs_.size()) {
      host_.violate("MORTISE-P-034", concat("set_output() for output ", index, " of ", outputs_.size()));
      return invalid_argument("there is no output ", index, ": the segment has ", outputs_.size());
    }
    outputs_[index].value = value;
    return {};
  }
  bool cancelled() const override { return settings_.is_cancelled && settings_.is_cancelled(); }
  Result<Tensor> allocate(DType dtype, const Shape& shape) override { return host_.memory().allocate(dtype, shape); }

 private:
  struct Output {
    Value value;
    bool asked = false;  // allocate_output() was called
  };

  Status add_input(const Value& value, size_t index) {
    Value copy = value;
    if (value.is_tensor()) {
      MORTISE_ASSIGN(copy.tensor, guarded_copy(value.tensor, concat("input ", index)));
    }
    inputs_.push_back(std::move(copy));
    mortise_tensor_t record{};
    if (value.is_tensor()) {
      record = inputs_.back().tensor.abi();
      if (record.size_bytes == 0) record.data = nullptr;
    } else if (value.kind == ValueKind::kNone) {
      record.flags = MORTISE_TENSOR_ABSENT;
    } else {
      kept_.push_back(std::make_unique<Value>(value));
      record.data = const_cast<void*>(static_cast<const void*>(to_abi(kept_.back().get())));
    }
    input_records_.push_back(record);
    return {};
  }

  Status make_output(uint64_t index, const Shape& shape) {
    const Type& type = graph_.value(border_.outputs[index]).type;
    if (!type.is_tensor() || !is_known(type.dtype)) {
      return make_error(StatusCode::kFailedPrecondition, "output ", index, " is no tensor of a known type");
    }
    if (type.dtype == DType::kString) {
      return make_error(StatusCode::kFailedPrecondition, "output ", index, " is of strings: use mortise.values");
    }
    MORTISE_ASSIGN(Tensor tensor, guarded_tensor(type.dtype, shape, concat("output ", index)));
    block_of(tensor)->poison(settings_.poison);
    outputs_[index].value = Value(std::move(tensor));
    return {};
  }

  void protect_inputs(bool on) {
    for (const Value& input : inputs_) {
      if (GuardedBlock* block = input.is_tensor() ? block_of(input.tensor) : nullptr) block->set_read_only(on);
    }
  }

  void check_block(const Tensor& tensor, std::string_view requirement) {
    const GuardedBlock* block = block_of(tensor);
    const std::string damage = block != nullptr ? block->damage() : std::string();
    if (!damage.empty()) host_.violate(requirement, damage);
  }

  CheckedHost& host_;
  const Graph& graph_;
  const Border& border_;
  const RunSettings& settings_;
  std::mutex mutex_;
  std::vector<Value> inputs_;
  std::vector<std::unique_ptr<Value>> kept_;  // what input records of non-tensors point to
  std::vector<Output> outputs_;
  std::vector<mortise_tensor_t> input_records_, output_records_;
};

}  // namespace

RunOutcome Session::run(std::span<const Value> inputs, const RunSettings& settings) {
  CheckedRun run(device_.host(), graph_.graph(), border_, settings);
  RunOutcome outcome;
  outcome.status = run.set_inputs(inputs);
  if (outcome.status.ok()) outcome.status = run.preallocate();
  if (!outcome.status.ok()) return outcome;
  outcome.status = run.call_run(*session_);
  outcome.outputs = run.finish(outcome.status);
  return outcome;
}

}  // namespace mortise::conformance
