#include "conformance/host/checked_run.h"

#include <algorithm>
#include <cstring>

#include "conformance/engine/clock.h"
#include "conformance/host/call.h"
#include "conformance/host/guarded_memory.h"

namespace mortise::conformance {

namespace {

// Does something with every tensor within a value.
template <class Function>
void for_each_tensor(const Value& value, const Function& function) {
  if (value.is_tensor()) function(value.tensor);
  for (const Value& element : value.elements) for_each_tensor(element, function);
}

void set_read_only(const Value& value, bool read_only) {
  for_each_tensor(value, [&](const Tensor& tensor) {
    if (GuardedBlock* block = block_of(tensor)) block->set_read_only(read_only);
  });
}

Result<Value> guarded_value(const Value& value, const std::string& label) {
  Value copy = value;
  if (value.is_tensor()) {
    MORTISE_ASSIGN(copy.tensor, guarded_copy(value.tensor, label));
  }
  std::vector<Value> elements = value.elements.list();
  for (size_t i = 0; i < elements.size(); ++i) {
    MORTISE_ASSIGN(elements[i], guarded_value(elements[i], concat("element ", i, " of ", label)));
  }
  copy.elements = std::move(elements);
  return copy;
}

// The earlier input whose memory this one shares: they keep sharing.
const Value* find_shared(std::span<const Value> inputs, size_t index) {
  const auto shares = [&](const Value& other) {
    return other.is_tensor() && inputs[index].is_tensor() && inputs[index].tensor.size_bytes() != 0 &&
           other.tensor.raw() == inputs[index].tensor.raw() && other.tensor.shape() == inputs[index].tensor.shape();
  };
  const auto before = inputs.first(index);
  const auto found = std::find_if(before.begin(), before.end(), shares);
  return found != before.end() ? &*found : nullptr;
}

}  // namespace

CheckedRun::CheckedRun(const Session& session, RunSettings settings)
    : session_(session),
      host_(session.device().host()),
      settings_(std::move(settings)),
      outputs_(session.border().outputs.size()) {
  profile = this;
  context_ = make_run_context(*this);
  context_.flags = settings_.flags;
}

Status CheckedRun::prepare(std::span<const Value> inputs) {
  if (inputs.size() != session_.border().inputs.size()) {
    return invalid_argument("the segment has ", session_.border().inputs.size(), " inputs, given are ", inputs.size());
  }
  inputs_.reserve(inputs.size());  // records point into it
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (const Value* shared = find_shared(inputs, i)) {
      inputs_.push_back(inputs_[static_cast<size_t>(shared - inputs.data())]);
    } else {
      MORTISE_ASSIGN(Value copy, guarded_value(inputs[i], concat("input ", i)));
      inputs_.push_back(std::move(copy));
    }
    MORTISE_TRY(add_input(i));
  }
  for (size_t i = 0; i < outputs_.size(); ++i) MORTISE_TRY(add_output(i));
  own_args_ = {.inputs = input_records_.data(),
               .outputs = output_records_.data(),
               .num_inputs = input_records_.size(),
               .num_outputs = output_records_.size(),
               .context = &context_};
  return settings_.take_back ? lend_records() : Status();
}

Status CheckedRun::lend_records() {
  const uint64_t records = own_args_.num_inputs + own_args_.num_outputs;
  MORTISE_ASSIGN(records_, GuardedBlock::create(sizeof own_args_ + sizeof context_ + records * sizeof(mortise_tensor_t),
                                                "the arguments of an earlier run"));
  auto* place = static_cast<char*>(records_->data());
  const auto lend = [&](const auto* first, uint64_t count) {
    const auto* copy = reinterpret_cast<decltype(first)>(place);
    if (count != 0) std::memcpy(place, first, count * sizeof *first);
    place += count * sizeof *first;
    return copy;
  };
  own_args_.inputs = lend(own_args_.inputs, own_args_.num_inputs);
  own_args_.outputs = lend(own_args_.outputs, own_args_.num_outputs);
  own_args_.context = lend(&context_, 1);
  args_ = lend(&own_args_, 1);
  return {};
}

void CheckedRun::take_back() {
  for (const Value& input : inputs_) {
    for_each_tensor(input, [](const Tensor& tensor) {
      if (GuardedBlock* block = block_of(tensor)) block->seal();
    });
  }
  records_->seal();
  outcome_.taken = {std::move(inputs_), std::move(records_)};
}

void CheckedRun::begin() {
  for (const Value& input : inputs_) set_read_only(input, true);
  begin_ = std::chrono::steady_clock::now();
}

void CheckedRun::end() { outcome_.seconds = seconds_since(begin_); }

bool CheckedRun::cancelled() const {
  if (settings_.is_cancelled && settings_.is_cancelled()) return true;
  return settings_.deadline && std::chrono::steady_clock::now() - begin_ >= *settings_.deadline;
}

RunOutcome CheckedRun::finish(Status status) {
  for (const Value& input : inputs_) set_read_only(input, false);
  for (const Value& input : inputs_) check_block(input, "MORTISE-P-033");
  for (size_t i = 0; i < outputs_.size(); ++i) {
    Output& output = outputs_[i];
    if (status.ok() && output.buffer != nullptr) {
      Tensor& tensor = output.value.tensor;
      status = output.buffer->copy_out(output_records_[i].byte_offset, tensor.raw(), tensor.size_bytes());
    }
    check_block(output.value, "MORTISE-P-034");
    if (status.ok() && output.value.kind == ValueKind::kNone && !settings_.absent.contains(i)) {
      violate("MORTISE-P-032", concat("run() returned OK and made no output ", i, " (value '",
                                      session_.graph().value(session_.border().outputs[i]).name.view(), "')"));
    }
    set_read_only(output.value, false);
    outcome_.outputs.push_back(std::move(output.value));
  }
  if (settings_.take_back) take_back();
  outcome_.status = std::move(status);
  return std::move(outcome_);
}

// Whether there is such an output, and it is asked for the first time.
bool CheckedRun::in_order(uint64_t index, std::string_view function) {
  if (index >= outputs_.size()) {
    violate("MORTISE-P-034", concat(function, " for output ", index, " of ", outputs_.size()));
    return false;
  }
  if (settings_.absent.contains(index)) {
    violate("MORTISE-P-034", concat(function, " for output ", index, ", which nobody reads"));
    return false;
  }
  if (!outcome_.asked_for.insert(index).second) {
    violate("MORTISE-P-034", concat(function, " for output ", index, ", which was asked for before"));
    return false;
  }
  return true;
}

Status CheckedRun::allocate_output(uint64_t index, std::span<const int64_t> dims, mortise_tensor_t* tensor) {
  const std::lock_guard lock(mutex_);
  if (!in_order(index, "allocate_output()")) return invalid_argument("there is no output ", index, " to allocate");
  if (settings_.refuse_outputs) {
    return make_error(StatusCode::kResourceExhausted, "the host has no memory for output ", index,
                      ", as this case asks");
  }
  outputs_[index].buffer.reset();
  MORTISE_TRY(make_output(index, Shape(dims)));
  *tensor = outputs_[index].value.tensor.abi();
  return {};
}

Status CheckedRun::set_output(uint64_t index, const Value& value) {
  const std::lock_guard lock(mutex_);
  if (!in_order(index, "set_output()")) return invalid_argument("there is no output ", index, " to set");
  set_read_only(value, true);  // MORTISE-P-056: whoever changes it now is caught in the act
  outputs_[index].value = value;
  return {};
}

Result<Tensor> CheckedRun::allocate(DType dtype, const Shape& shape) {
  MORTISE_ASSIGN(Tensor tensor, guarded_tensor(dtype, shape, "a value that the provider made"));
  if (dtype == DType::kString) {
    std::memset(tensor.raw(), 0, tensor.size_bytes());
  } else {
    block_of(tensor)->poison(settings_.poison);
  }
  return tensor;
}

void CheckedRun::record(const mortise_profile_event_t& event) {
  const std::lock_guard lock(mutex_);
  if ((settings_.flags & MORTISE_RUN_PROFILE) == 0) {
    return violate("MORTISE-P-055", concat("event '", event.name, "' was recorded in a run without a profile"));
  }
  RunEvent kept{event.name, event.start_ns, event.duration_ns, {}};
  if (event.node_ids != nullptr) kept.nodes.assign(event.node_ids, event.node_ids + event.num_nodes);
  for (const uint32_t node : kept.nodes) {
    if (std::find(session_.nodes().begin(), session_.nodes().end(), node) != session_.nodes().end()) continue;
    violate("MORTISE-P-055", concat("event '", kept.name, "' names node ", node, ", which the segment does not have"));
  }
  outcome_.events.push_back(std::move(kept));
}

// The record of the last input, and its copy on the device where the session wants it there.
Status CheckedRun::add_input(size_t index) {
  const Value& value = inputs_.back();
  mortise_tensor_t record{};
  if (value.is_tensor()) {
    record = value.tensor.abi();
    if (record.size_bytes == 0) record.data = nullptr;
    const uint32_t kind = kind_of(&mortise_provider_device_memory_t::input_kind, index);
    if (kind != MORTISE_MEMORY_HOST && record.size_bytes != 0) {
      MORTISE_ASSIGN(std::unique_ptr<DeviceBuffer> buffer, place(kind, record));
      MORTISE_TRY(buffer->copy_in(record.byte_offset, value.tensor.raw(), record.size_bytes));
      input_buffers_.push_back(std::move(buffer));
    }
  } else if (value.kind == ValueKind::kNone) {
    record.flags = MORTISE_TENSOR_ABSENT;
  } else {
    record.data = const_cast<void*>(static_cast<const void*>(to_abi(&value)));
  }
  input_records_.push_back(record);
  return {};
}

Status CheckedRun::add_output(size_t index) {
  const Type& type = session_.graph().value(session_.border().outputs[index]).type;
  mortise_tensor_t record{};
  record.dtype = static_cast<mortise_dtype>(type.is_tensor() ? type.dtype : DType::kUndefined);
  const auto shape = settings_.shapes.find(index);
  if (settings_.absent.contains(index)) {
    record.flags = MORTISE_TENSOR_ABSENT;
  } else if (shape == settings_.shapes.end() || !type.is_tensor() || type.dtype == DType::kString) {
    record.flags = MORTISE_TENSOR_UNALLOCATED;
  } else {
    MORTISE_TRY(make_output(index, shape->second));
    record = outputs_[index].value.tensor.abi();
    const uint32_t kind = kind_of(&mortise_provider_device_memory_t::output_kind, index);
    if (kind != MORTISE_MEMORY_HOST && record.size_bytes != 0) {
      MORTISE_ASSIGN(outputs_[index].buffer, place(kind, record));
    }
  }
  output_records_.push_back(record);
  return {};
}

Status CheckedRun::make_output(uint64_t index, const Shape& shape) {
  const Type& type = session_.graph().value(session_.border().outputs[index]).type;
  if (!type.is_tensor() || !is_known(type.dtype) || type.dtype == DType::kString) {
    return make_error(StatusCode::kFailedPrecondition, "output ", index,
                      " is no tensor of a known type without strings: use mortise.values");
  }
  MORTISE_ASSIGN(Tensor tensor, guarded_tensor(type.dtype, shape, concat("output ", index)));
  block_of(tensor)->poison(settings_.poison);
  outputs_[index].value = Value(std::move(tensor));
  return {};
}

uint32_t CheckedRun::kind_of(KindFunction function, uint64_t index) const {
  const auto* memory = settings_.in_device_memory ? device_memory_of(session_.device()) : nullptr;
  uint32_t kind = MORTISE_MEMORY_HOST;
  if (memory == nullptr) return kind;
  (void)call(host_, "input_kind() or output_kind()", ThreadRole::kSetup,
             [&] { kind = (memory->*function)(session_.abi(), index); });
  return kind;
}

Result<std::unique_ptr<DeviceBuffer>> CheckedRun::place(uint32_t kind, mortise_tensor_t& record) {
  const std::vector<mortise_memory_kind_t> kinds = memory_kinds(session_.device());
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& one) { return one.kind == kind; });
  if (found == kinds.end()) {
    violate("MORTISE-P-050", concat("the session asks for memory of kind ", kind, ", which get_kind() does not list"));
    return invalid_argument("there is no memory of kind ", kind);
  }
  MORTISE_ASSIGN(std::unique_ptr<DeviceBuffer> buffer,
                 DeviceBuffer::allocate(session_.device(), kind, found->alignment + record.size_bytes));
  record.data = buffer->handle();
  record.byte_offset = found->alignment;
  record.memory_kind = kind;
  ++outcome_.on_device;
  return buffer;
}

void CheckedRun::check_block(const Value& value, std::string_view requirement) {
  for_each_tensor(value, [&](const Tensor& tensor) {
    const GuardedBlock* block = block_of(tensor);
    std::string damage = block != nullptr ? block->damage() : std::string();
    if (!damage.empty()) violate(requirement, std::move(damage));
  });
}

}  // namespace mortise::conformance
