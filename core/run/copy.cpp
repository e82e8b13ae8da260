#include "core/run/copy.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "mortise/sdk/strings.h"

namespace mortise::run {

Result<Tensor> copied_strings(MemoryBudget& memory, const Tensor& tensor) {
  return copy_strings(tensor, [&](DType dtype, const Shape& shape) { return memory.allocate(dtype, shape); });
}

Result<Value> copied(MemoryBudget& memory, const Value& value) {
  Value copy = value;
  if (value.is_tensor()) {
    const Tensor& source = value.tensor;
    if (source.dtype() == DType::kString) {
      MORTISE_ASSIGN(copy.tensor, copied_strings(memory, source));
      return copy;
    }
    MORTISE_ASSIGN(copy.tensor, memory.allocate(source.dtype(), source.shape()));
    if (source.size_bytes() != 0) std::memcpy(copy.tensor.raw(), source.raw(), source.size_bytes());
  }
  std::vector<Value> elements = value.elements.list();
  for (Value& element : elements) {
    MORTISE_ASSIGN(element, copied(memory, element));
  }
  copy.elements = std::move(elements);
  return copy;
}

namespace {

using Places = std::unordered_set<const void*>;

void add_places(const Value& value, Places& places) {
  if (value.is_tensor() && value.tensor.size_bytes() != 0) places.insert(value.tensor.raw());
  for (const Value& element : value.elements) add_places(element, places);
}

bool lies_in(const Value& value, const Places& places) {
  if (value.is_tensor()) return places.contains(value.tensor.raw());
  return std::any_of(value.elements.begin(), value.elements.end(),
                     [&](const Value& element) { return lies_in(element, places); });
}

Status separate_value(MemoryBudget& memory, const Places& places, Value& value) {
  if (!lies_in(value, places)) return {};
  if (value.is_tensor()) {
    MORTISE_ASSIGN(value, copied(memory, value));
    return {};
  }
  std::vector<Value> elements = value.elements.list();
  for (Value& element : elements) MORTISE_TRY(separate_value(memory, places, element));
  value.elements = std::move(elements);
  return {};
}

}  // namespace

Status separate(MemoryBudget& memory, std::span<const Value* const> inputs, std::span<Value> results) {
  Places places;
  for (const Value* input : inputs) add_places(*input, places);
  for (Value& result : results) MORTISE_TRY(separate_value(memory, places, result));
  return {};
}

}  // namespace mortise::run
