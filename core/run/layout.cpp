#include "core/run/layout.h"

#include <algorithm>
#include <numeric>

#include "core/infer/infer.h"
#include "core/run/branches.h"
#include "mortise/sdk/memory_plan.h"

namespace mortise::run {
namespace {

constexpr uint64_t kMaxArena = uint64_t{1} << 62;

Type type_of(const Value& value) {
  return value.is_tensor() ? Type::tensor(value.tensor.dtype(), value.tensor.shape()) : Type{value.kind};
}

bool all_known(const Program& program) {
  for (const Slot& slot : program.slots) {
    const Type& type = program.graph->value(slot.value).type;
    if (slot.producer != kNoId && !type.static_shape()) return false;
  }
  return true;
}

// Offsets for steps that run at the same time: as sdk::plan_memory, greedy by size, but lifetimes are only partly
// ordered; UINT64_MAX as there. Quadratic in the slots, of which a parallel program has few.
uint64_t plan_parallel(const Program& program, std::span<const uint32_t> slots, std::span<sdk::PlannedBuffer> buffers) {
  const SlotOrder order(program);
  std::vector<uint32_t> by_size(buffers.size());
  std::iota(by_size.begin(), by_size.end(), 0u);
  std::stable_sort(by_size.begin(), by_size.end(),
                   [&](uint32_t a, uint32_t b) { return buffers[a].size > buffers[b].size; });
  std::vector<uint32_t> by_offset;  // those that have a place
  uint64_t arena = 0, total = 0;
  for (const uint32_t index : by_size) {
    const uint64_t size = sdk::align_up(buffers[index].size);
    if (size == 0) continue;
    total += std::min(size, kMaxArena - total);
    if (total == kMaxArena) return UINT64_MAX;
    uint64_t offset = 0;
    for (const uint32_t placed : by_offset) {
      if (buffers[placed].offset >= offset + size) break;  // the gap before it is large enough
      if (!order.may_share(slots[index], slots[placed])) {
        offset = std::max(offset, buffers[placed].offset + sdk::align_up(buffers[placed].size));
      }
    }
    buffers[index].offset = offset;
    arena = std::max(arena, offset + size);
    by_offset.insert(std::upper_bound(by_offset.begin(), by_offset.end(), offset,
                                      [&](uint64_t o, uint32_t other) { return o < buffers[other].offset; }),
                     index);
  }
  return arena;
}

}  // namespace

Result<Layout> make_layout(const Program& program, std::span<const Value* const> inputs) {
  Layout layout;
  for (const Value* input : inputs) layout.input_types.push_back(type_of(*input));

  // What inference knew already suffices for a model with static shapes; otherwise it runs again with the shapes at
  // hand.
  std::vector<Type> types;
  if (!all_known(program)) {
    auto inferred = infer_with_inputs(*program.graph, layout.input_types, program.operators.get());
    if (!inferred.ok()) return std::move(inferred).status();
    types = std::move(*inferred);
  }

  std::vector<sdk::PlannedBuffer> buffers;
  std::vector<uint32_t> planned;
  layout.slots.resize(program.slots.size());
  for (uint32_t i = 0; i < program.slots.size(); ++i) {
    const Slot& slot = program.slots[i];
    if (slot.producer == kNoId) continue;
    const Type& type = types.empty() ? program.graph->value(slot.value).type : types[slot.value];
    SlotLayout& place = layout.slots[i];
    if (program.steps[slot.producer].control_flow != nullptr) place.dims = type.dims;
    if (!type.is_tensor() || type.dtype == DType::kUndefined || type.dtype == DType::kString) continue;
    place.dtype = type.dtype;
    place.shape = type.static_shape();
    if (!place.shape) continue;
    auto bytes = Tensor::storage_size(place.dtype, *place.shape);
    if (!bytes.ok()) {
      return std::move(bytes).status().context(describe_value(*program.graph, slot.value));
    }
    if (Status status = program.memory->check(*bytes); !status.ok()) {
      return std::move(status).context(
          concat(describe_value(*program.graph, slot.value), ", ", to_string(place.dtype), to_string(*place.shape)));
    }
    place.bytes = *bytes;
    if (slot.is_output || slot.home_kind != MORTISE_MEMORY_HOST) continue;
    buffers.push_back({.size = place.bytes, .first = slot.first, .last = slot.last});
    planned.push_back(i);
  }
  layout.arena_bytes = program.parallel ? plan_parallel(program, planned, buffers) : sdk::plan_memory(buffers);
  if (layout.arena_bytes == UINT64_MAX) {
    return make_error(StatusCode::kResourceExhausted,
                      "the tensors between its steps take more memory than any machine has; check the shapes");
  }
  for (size_t i = 0; i < planned.size(); ++i) layout.slots[planned[i]].offset = buffers[i].offset;
  return layout;
}

bool fits(const Layout& layout, std::span<const Value* const> inputs) {
  if (layout.input_types.size() != inputs.size()) return false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Type& type = layout.input_types[i];
    const Value& value = *inputs[i];
    if (type.kind != value.kind) return false;
    if (!value.is_tensor()) continue;
    const Shape& shape = value.tensor.shape();
    if (type.dtype != value.tensor.dtype() || type.dims->size() != shape.rank()) return false;
    for (uint32_t axis = 0; axis < shape.rank(); ++axis) {
      if ((*type.dims)[axis].value != shape[axis]) return false;
    }
  }
  return true;
}

}  // namespace mortise::run
