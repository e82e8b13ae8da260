// Slices of tensors and stacks of them: what loops over tensors take apart and put together. Thread-safe.
#pragma once

#include <vector>

#include "mortise/sdk/tensor.h"

namespace mortise::conformance {

// The part at `index` of an axis, without that axis. Both are in range.
Result<Tensor> slice_of(const Tensor& tensor, uint32_t axis, int64_t index);

// Tensors of one type and shape along a new axis. There is at least one, and axis is at most its rank; fails where they
// differ.
Result<Tensor> stack_of(const std::vector<Tensor>& parts, uint32_t axis);

}  // namespace mortise::conformance
