#include "core/run/layout.h"

#include "core/infer/infer.h"
#include "mortise/sdk/memory_plan.h"

namespace mortise::run {
namespace {

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

}  // namespace

Result<Layout> make_layout(const Program& program, std::span<const Value* const> inputs, bool concurrent) {
  Layout layout;
  for (const Value* input : inputs) layout.input_types.push_back(type_of(*input));

  // What inference knew already suffices for a model with static shapes; otherwise it runs again with the shapes at
  // hand. Captured values come after the graph's inputs; inference takes the graph's inputs only.
  std::vector<Type> types;
  if (!all_known(program) && inputs.size() >= program.graph->inputs.size()) {
    auto inferred =
        infer_with_inputs(*program.graph, std::span(layout.input_types).first(program.graph->inputs.size()));
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
    if (!type.is_tensor() || type.dtype == DType::kUndefined || type.dtype == DType::kString) continue;
    place.dtype = type.dtype;
    place.shape = type.static_shape();
    if (!place.shape) continue;
    auto bytes = Tensor::storage_size(place.dtype, *place.shape);
    if (!bytes.ok()) {
      return std::move(bytes).status().context(concat("value '", program.graph->value(slot.value).name.view(), "'"));
    }
    place.bytes = *bytes;
    if (slot.is_output) continue;
    const uint32_t end = static_cast<uint32_t>(program.steps.size());
    buffers.push_back(
        {.size = place.bytes, .first = concurrent ? 0 : slot.first, .last = concurrent ? end : slot.last});
    planned.push_back(i);
  }
  layout.arena_bytes = sdk::plan_memory(buffers);
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
