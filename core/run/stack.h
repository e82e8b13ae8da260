// Stacking tensors along a new axis and taking them apart again: what Loop and Scan do with their scan inputs and
// outputs.
#pragma once

#include <span>

#include "core/host/memory_budget.h"
#include "mortise/sdk/value.h"

namespace mortise::run {

// The part of `tensor` at `index` on `axis`, without that axis; a copy. 0 <= axis < rank, index within it.
Result<Tensor> take_slice(MemoryBudget& memory, const Tensor& tensor, uint32_t axis, int64_t index);

// Tensors of one dtype and shape put side by side along a new axis (0 <= axis <= rank), in the given order or reversed.
// Fails if they differ. parts is not empty.
Result<Tensor> stack(MemoryBudget& memory, std::span<const Tensor> parts, uint32_t axis, bool reversed);

}  // namespace mortise::run
