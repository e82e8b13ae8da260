// Stacking tensors along a new axis and taking them apart again: what Loop and Scan do with their scan inputs and
// outputs.
#pragma once

#include <span>

#include "core/host/memory_budget.h"
#include "mortise/sdk/value.h"

namespace mortise::run {

// The part of `tensor` at `index` on `axis`, without that axis; a copy. 0 <= axis < rank, index within it.
Result<Tensor> take_slice(MemoryBudget& memory, const Tensor& tensor, uint32_t axis, int64_t index);

// What every part of a stack is.
struct Element {
  DType dtype = DType::kUndefined;
  Shape shape;
};

// Tensors put side by side along a new axis (0 <= axis <= rank), in the given order or reversed. Fails where one of them
// is something else than the element; there may be none.
Result<Tensor> stack(MemoryBudget& memory, const Element& element, std::span<const Tensor> parts, uint32_t axis,
                     bool reversed);

}  // namespace mortise::run
