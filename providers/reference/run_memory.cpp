// The memory of a RunState: outputs, scratch, kept strings.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>
#include <stdexcept>

#include "mortise/sdk/memory_plan.h"
#include "providers/reference/borrowed.h"
#include "providers/reference/ops/axes.h"
#include "providers/reference/run_state.h"

namespace mortise::reference {
namespace {

constexpr uint64_t kBigOutput = 65536;

uint64_t checked_size(DType dtype, const Shape& shape) {
  Status status = check_shape(dtype, shape);
  if (status.ok()) status = check_extents(shape);
  if (!status.ok()) throw std::length_error(status.message());
  return *Tensor::storage_size(dtype, shape);
}

}  // namespace

void KernelContext::throw_missing_input(uint64_t i) {
  throw std::out_of_range(concat("input ", i, " is missing, which the operator needs"));
}

Status KernelContext::splice(uint64_t first, uint64_t removed, std::span<const Value> added) {
  set_output(0, spliced(given(0), first, removed, added));
  return {};
}

Tensor RunState::allocate_or_throw(DType dtype, const Shape& shape) {
  auto tensor = allocate(dtype, shape);
  if (!tensor.ok()) throw Failure(std::move(tensor).status());
  return std::move(*tensor);
}

// A dense numeric output that the host declares as one is written into the host's memory.
bool RunState::written_to_host(uint32_t slot, DType dtype) const {
  const uint32_t index = program_.slots[slot].run_output;
  if (index == sdk::kNoId || dtype == DType::kString) return false;
  const sdk::TensorView given = args_->output(index);
  return !given.absent() && given.dtype() != DType::kUndefined && given.dtype() != DType::kString;
}

Tensor& RunState::prepare_output(uint64_t i, DType dtype, const Shape& shape) {
  const uint64_t bytes = checked_size(dtype, shape);
  if (bytes >= kBigOutput) big_ = true;
  if (!has_output(i)) return unread_output(i, dtype, shape, bytes);
  const uint32_t slot = program_.writes[step_->first_write + i];
  if (written_to_host(slot, dtype)) return run_output(slot, dtype, shape);
  Place& place = places_[slot];
  Value& value = values_[slot];
  if (dtype != DType::kString && place.capacity != 0 && bytes <= place.capacity) {
    value = Value(Tensor::view(dtype, shape, arena_.data<char>() + place.offset));
    place.loose = false;
  } else {
    value = Value(allocate_or_throw(dtype, shape));
    place.loose = true;
    if (dtype != DType::kString && program_.slots[slot].run_output == sdk::kNoId) {
      place.wanted = std::max({place.wanted, bytes, uint64_t{1}});
      plan_needed_ = true;
    }
  }
  place.home = value.tensor.raw();
  return value.tensor;
}

Tensor& RunState::unread_output(uint64_t i, DType dtype, const Shape& shape, uint64_t bytes) {
  if (i >= unread_.size()) unread_.resize(i + 1);
  void* data = scratch_bytes(bytes, 1);
  if (dtype == DType::kString) std::memset(data, 0, bytes);
  unread_[i] = Value(Tensor::view(dtype, shape, data));
  return unread_[i].tensor;
}

Tensor& RunState::run_output(uint32_t slot, DType dtype, const Shape& shape) {
  const uint32_t index = program_.slots[slot].run_output;
  const DType declared = args_->output(index).dtype();
  if (dtype != declared) {
    throw Failure(Status(StatusCode::kInternal,
                         concat("the output is ", to_string(dtype), " where the model says ", to_string(declared))));
  }
  auto tensor = args_->output(index, shape);
  if (!tensor.ok()) throw Failure(std::move(tensor).status());
  Value& value = values_[slot];
  void* data = tensor->data != nullptr ? tensor->data : no_bytes();
  value = Value(Tensor::view(dtype, shape, data, owned_by_host()));
  places_[slot].home = data;
  big_ = true;
  return value.tensor;
}

void* RunState::scratch_bytes(uint64_t count, uint64_t element_size) {
  constexpr uint64_t kMost = uint64_t{1} << 62;
  if (count > kMost / element_size) throw std::length_error("the operator needs more scratch memory than there can be");
  const uint64_t size = sdk::align_up(count * element_size);
  scratch_total_ += std::max<uint64_t>(size, sdk::kArenaAlignment);
  if (scratch_.empty() || scratch_used_ + size > scratch_.back().size_bytes()) {
    scratch_.push_back(allocate_or_throw(DType::kU8, Shape{static_cast<int64_t>(std::max<uint64_t>(size, 4096))}));
    scratch_used_ = 0;
  }
  void* data = scratch_.back().data<char>() + scratch_used_;
  scratch_used_ += size;
  return data;
}

// Strings share blocks of scratch memory, which the host's limit counts.
mortise_string_t RunState::keep(std::string text) {
  if (text.size() >= kept_.size()) {
    const uint64_t size = std::max<uint64_t>(text.size() + 1, 4096);
    kept_ = {static_cast<char*>(scratch_bytes(size, 1)), size};
  }
  const mortise_string_t kept{kept_.data(), text.size()};
  std::copy(text.begin(), text.end(), kept_.begin());
  kept_ = kept_.subspan(text.size());
  return kept;
}

void RunState::parallel_ranges(uint64_t count, uint64_t grain, void (*body)(void*, uint64_t, uint64_t), void* context) {
  std::atomic<bool> failed{false};
  std::exception_ptr exception;
  host_.parallel_for(count, grain, [&](uint64_t begin, uint64_t end, uint32_t) {
    try {
      body(context, begin, end);
    } catch (...) {
      if (!failed.exchange(true)) exception = std::current_exception();
    }
  });
  if (exception) std::rethrow_exception(exception);
}

}  // namespace mortise::reference
