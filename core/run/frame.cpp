#include "core/run/frame.h"

#include <algorithm>

#include "core/host/boundary.h"
#include "core/host/thread_role.h"

namespace mortise::run {
namespace {

mortise_tensor_t record_of(const Value& value) {
  if (value.is_tensor()) return value.tensor.abi();
  mortise_tensor_t record{};
  if (value.kind == ValueKind::kNone) record.flags = MORTISE_TENSOR_ABSENT;
  record.data = const_cast<Value*>(&value);
  return record;
}

// Of a value that a device has: `data` and the kind of memory are its copy's.
mortise_tensor_t record_of(const SlotLayout& place) {
  return {.size_bytes = place.bytes,
          .dims = place.shape->data(),
          .rank = place.shape->rank(),
          .dtype = static_cast<mortise_dtype>(place.dtype)};
}

// What the arena is for, by the largest value in it.
std::string describe_arena(const Program& program, const Layout& layout) {
  std::string text = "the values between the model's segments";
  uint64_t largest = 0;
  ValueId value = kNoId;
  for (size_t slot = 0; slot < layout.slots.size(); ++slot) {
    const Slot& info = program.slots[slot];
    const bool inside = info.producer != kNoId && !info.is_output && info.home_kind == MORTISE_MEMORY_HOST;
    if (!inside || layout.slots[slot].bytes <= largest) continue;
    largest = layout.slots[slot].bytes;
    value = info.value;
  }
  if (value == kNoId) return text;
  return concat(text, ", of which the largest is ", describe_value(*program.graph, value));
}

// An output record before the provider has asked for memory.
mortise_tensor_t unallocated(DType dtype) {
  return {.dtype = static_cast<mortise_dtype>(dtype), .flags = MORTISE_TENSOR_UNALLOCATED};
}

}  // namespace

Result<std::unique_ptr<Frame>> Frame::create(std::shared_ptr<const Program> program,
                                             std::shared_ptr<const Layout> layout) {
  std::unique_ptr<Frame> frame(new Frame(std::move(program), std::move(layout)));
  auto arena = frame->program_->memory->allocate(DType::kU8, {static_cast<int64_t>(frame->layout_->arena_bytes)});
  if (!arena.ok()) return std::move(arena).status().context(describe_arena(*frame->program_, *frame->layout_));
  frame->arena_ = std::move(*arena);
  frame->index_records();
  frame->reset();
  return frame;
}

Frame::~Frame() {
  for (DeviceCopy& copy : copies_) {
    if (copy.handle == nullptr) continue;
    ProviderInstance& provider = *program_->providers[copy.provider];
    provider.device_memory()->release(provider.abi(), copy.kind, copy.handle);
  }
}

void Frame::index_records() {
  const Program& program = *program_;
  slots_.resize(program.slots.size());
  readers_.resize(program.slots.size());
  copies_of_.resize(program.slots.size());
  const auto copy_index = [&](uint32_t slot, uint32_t provider, uint32_t kind) {
    for (const uint32_t index : copies_of_[slot]) {
      if (copies_[index].provider == provider && copies_[index].kind == kind) return;
    }
    copies_of_[slot].push_back(static_cast<uint32_t>(copies_.size()));
    const Slot& place = program.slots[slot];
    const bool is_home = kind == place.home_kind && provider == place.home_provider;
    copies_.push_back({.slot = slot, .provider = provider, .kind = kind, .is_home = is_home});
  };
  for (const Step& step : program.steps) {
    first_input_.push_back(static_cast<uint32_t>(tensors_.size()));
    for (size_t i = 0; i < step.inputs.size(); ++i) {
      const uint32_t record = static_cast<uint32_t>(tensors_.size());
      tensors_.push_back({.flags = MORTISE_TENSOR_ABSENT});
      if (step.inputs[i] == kNoSlot) continue;
      if (step.session != nullptr && step.input_kinds[i] != MORTISE_MEMORY_HOST) {
        copy_index(step.inputs[i], step.provider, step.input_kinds[i]);
      } else {
        readers_[step.inputs[i]].push_back(record);
      }
    }
    first_output_.push_back(static_cast<uint32_t>(tensors_.size()));
    for (size_t i = 0; i < step.outputs.size(); ++i) {
      tensors_.push_back({.flags = MORTISE_TENSOR_ABSENT});
      if (step.session != nullptr && step.output_kinds[i] != MORTISE_MEMORY_HOST) {
        copy_index(step.outputs[i], step.provider, step.output_kinds[i]);
      }
    }
  }
  copying_ = std::make_unique<std::mutex[]>(copies_.size());
}

void Frame::reset() {
  for (DeviceCopy& copy : copies_) copy.valid = false;
  for (uint32_t i = 0; i < slots_.size(); ++i) {
    slots_[i].on_host = false;
    const SlotLayout& place = layout_->slots[i];
    if (!place.offset) {
      slots_[i].value = Value();
    } else if (!slots_[i].value.is_tensor() || slots_[i].value.tensor.shape() != *place.shape ||
               slots_[i].value.tensor.raw() != arena_.data<std::byte>() + *place.offset) {
      slots_[i].value = Tensor::view(place.dtype, *place.shape, arena_.data<std::byte>() + *place.offset);
    }
  }
}

void Frame::publish(uint32_t slot) {
  slots_[slot].on_host = true;
  if (program_->slots[slot].home_kind != MORTISE_MEMORY_HOST && slots_[slot].value.is_tensor()) {
    const void* data = slots_[slot].value.tensor.raw();
    for (const uint32_t index : copies_of_[slot])
      copies_[index].valid |= copies_[index].is_home && copies_[index].handle == data;
  }
  if (readers_[slot].empty()) return;
  const mortise_tensor_t record = record_of(slots_[slot].value);
  for (const uint32_t reader : readers_[slot]) tensors_[reader] = record;
}

void Frame::set(uint32_t slot, Value value) {
  slots_[slot].value = std::move(value);
  publish(slot);
}

void Frame::bind_output(uint32_t slot, const Tensor& tensor) { slots_[slot].value = tensor; }

DeviceCopy* Frame::find_copy(uint32_t slot, uint32_t provider, uint32_t kind) {
  for (const uint32_t index : copies_of_[slot]) {
    if (copies_[index].provider == provider && copies_[index].kind == kind) return &copies_[index];
  }
  return nullptr;
}

Status Frame::ensure_capacity(DeviceCopy& copy, uint64_t bytes) {
  if (copy.handle != nullptr && copy.capacity >= bytes) return {};
  ProviderInstance& provider = *program_->providers[copy.provider];
  const mortise_provider_device_memory_t& memory = *provider.device_memory();
  if (copy.handle != nullptr) memory.release(provider.abi(), copy.kind, std::exchange(copy.handle, nullptr));
  const uint64_t size = std::max<uint64_t>(bytes, 1);
  const ScopedWorker role;
  MORTISE_TRY(call_boundary(
      [&](mortise_error_t* error) { return memory.allocate(provider.abi(), copy.kind, size, &copy.handle, error); }));
  copy.capacity = size;
  return {};
}

Status Frame::fill(DeviceCopy& copy) {
  const std::lock_guard lock(copying_[static_cast<size_t>(&copy - copies_.data())]);
  if (copy.valid) return {};
  MORTISE_TRY(fetch(copy.slot));
  ProviderInstance& provider = *program_->providers[copy.provider];
  const Tensor& source = slots_[copy.slot].value.tensor;
  MORTISE_TRY(ensure_capacity(copy, source.size_bytes()));
  const CopySpan span(trace_, TraceKind::kCopyIn, *program_, copy.slot, copy.provider, source.size_bytes());
  const ScopedWorker role;
  MORTISE_TRY(call_boundary([&](mortise_error_t* error) {
    return provider.device_memory()->copy_in(provider.abi(), copy.kind, copy.handle, 0, source.raw(),
                                             source.size_bytes(), error);
  }));
  copy.valid = true;
  return {};
}

Result<Tensor> Frame::allocate(uint32_t slot) const {
  const SlotLayout& place = layout_->slots[slot];
  auto tensor = program_->memory->allocate(place.dtype, *place.shape);
  if (tensor.ok()) return tensor;
  return std::move(tensor).status().context(describe_value(*program_->graph, program_->slots[slot].value));
}

Status Frame::place_at_home(uint32_t slot) {
  const SlotLayout& place = layout_->slots[slot];
  const Slot& info = program_->slots[slot];
  if (info.home_kind == MORTISE_MEMORY_HOST || !place.shape) return {};
  DeviceCopy& home = *find_copy(slot, info.home_provider, info.home_kind);
  // Nothing of a provider in quarantine is called.
  if (!program_->providers[info.home_provider]->quarantined() && ensure_capacity(home, place.bytes).ok()) {
    slots_[slot].value = Tensor::view(place.dtype, *place.shape, home.handle);
    return {};
  }
  MORTISE_ASSIGN(slots_[slot].value, allocate(slot));
  return {};
}

Status Frame::prepare(uint32_t index) {
  const Step& step = program_->steps[index];
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    if (step.session == nullptr || step.input_kinds[i] == MORTISE_MEMORY_HOST) {
      if (step.inputs[i] != kNoSlot) MORTISE_TRY(fetch(step.inputs[i]));
      continue;
    }
    DeviceCopy& copy = *find_copy(step.inputs[i], step.provider, step.input_kinds[i]);
    MORTISE_TRY(fill(copy));
    mortise_tensor_t& record = tensors_[first_input_[index] + i];
    // A value that only devices have seen is nowhere on the host.
    const Value& value = slots_[copy.slot].value;
    record = value.is_tensor() ? record_of(value) : record_of(layout_->slots[copy.slot]);
    record.data = copy.handle;
    record.memory_kind = copy.kind;
  }
  if (step.session == nullptr) return {};

  for (size_t i = 0; i < step.outputs.size(); ++i) {
    const uint32_t slot = step.outputs[i];
    mortise_tensor_t& record = tensors_[first_output_[index] + i];
    const Value& value = slots_[slot].value;
    const SlotLayout& place = layout_->slots[slot];
    if (step.output_kinds[i] == MORTISE_MEMORY_HOST) MORTISE_TRY(place_at_home(slot));
    if (step.output_kinds[i] != MORTISE_MEMORY_HOST && place.shape) {
      DeviceCopy& copy = *find_copy(slot, step.provider, step.output_kinds[i]);
      MORTISE_TRY(ensure_capacity(copy, place.bytes));
      record = record_of(place);
      record.data = copy.handle;
      record.memory_kind = copy.kind;
    } else if (value.is_tensor()) {
      record = value.tensor.abi();
    } else {
      record = unallocated(place.dtype);
    }
  }
  return {};
}

Status Frame::finish(uint32_t index) {
  const Step& step = program_->steps[index];
  if (step.session == nullptr) return {};
  for (size_t i = 0; i < step.outputs.size(); ++i) {
    const uint32_t slot = step.outputs[i];
    const mortise_tensor_t& record = tensors_[first_output_[index] + i];
    if (record.memory_kind != MORTISE_MEMORY_HOST) {
      find_copy(slot, step.provider, record.memory_kind)->valid = true;
      // Here and not by whoever needs it first: readers may run at the same time.
      const bool needed = !readers_[slot].empty() || program_->slots[slot].is_output || copies_of_[slot].size() > 1;
      if (needed) MORTISE_TRY(fetch(slot));
    } else if ((record.flags & MORTISE_TENSOR_UNALLOCATED) != 0) {
      if (slots_[slot].value.kind == ValueKind::kNone) {
        return make_error(StatusCode::kInternal, "the provider returned without giving a shape to output ", i, " ('",
                          program_->graph->value(program_->slots[slot].value).name.view(), "')");
      }
      publish(slot);
    } else {
      publish(slot);
    }
  }
  return {};
}

Status Frame::fetch(uint32_t slot) {
  SlotState& state = slots_[slot];
  if (state.on_host) return {};
  for (const uint32_t index : copies_of_[slot]) {
    DeviceCopy& copy = copies_[index];
    if (!copy.valid) continue;
    const SlotLayout& place = layout_->slots[slot];
    if (copy.is_home) {
      state.value = Tensor::view(place.dtype, *place.shape, copy.handle);
      publish(slot);
      return {};
    }
    if (!state.value.is_tensor()) {
      MORTISE_ASSIGN(state.value, allocate(slot));
    }
    ProviderInstance& provider = *program_->providers[copy.provider];
    Tensor& target = state.value.tensor;
    const CopySpan span(trace_, TraceKind::kCopyOut, *program_, slot, copy.provider, target.size_bytes());
    const ScopedWorker role;
    MORTISE_TRY(call_boundary([&](mortise_error_t* error) {
      return provider.device_memory()->copy_out(provider.abi(), copy.kind, copy.handle, 0, target.raw(),
                                                target.size_bytes(), error);
    }));
    publish(slot);
    return {};
  }
  return make_error(StatusCode::kInternal, "value '", program_->graph->value(program_->slots[slot].value).name.view(),
                    "' has not been computed");
}

Result<mortise_tensor_t> Frame::allocate_output(uint32_t index, uint64_t output, std::span<const int64_t> dims) {
  const Step& step = program_->steps[index];
  if (output >= step.outputs.size()) {
    return invalid_argument("there is no output ", output, ": the segment has ", step.outputs.size());
  }
  const uint32_t slot = step.outputs[output];
  DType dtype = layout_->slots[slot].dtype;
  if (dtype == DType::kUndefined) dtype = program_->graph->value(program_->slots[slot].value).type.dtype;
  auto tensor = program_->memory->allocate(dtype, Shape(dims));
  if (!tensor.ok())
    return std::move(tensor).status().context(describe_value(*program_->graph, program_->slots[slot].value));
  slots_[slot].value = std::move(*tensor);
  mortise_tensor_t& record = tensors_[first_output_[index] + output];
  record = slots_[slot].value.tensor.abi();
  return record;
}

}  // namespace mortise::run
