// Tensors of integers in any type of numbers, for data that floating point holds exactly. Thread-safe.
#pragma once

#include <optional>

#include "conformance/engine/random.h"
#include "mortise/sdk/tensor.h"

namespace mortise::conformance {

// Elements from low to high, both included; a type of numbers that holds them, or bool.
Tensor random_integers(DType dtype, const Shape& shape, int64_t low, int64_t high, Random& random);

// The smallest and the largest element; nothing if one of them is no integer below 2^53, or the type has no numbers. An
// empty tensor gives 0 and 0.
std::optional<std::pair<int64_t, int64_t>> integer_range(const Tensor& tensor);

}  // namespace mortise::conformance
