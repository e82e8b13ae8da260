// Tensors of any number type as doubles and back: for operators that are about formulas, not about speed.
#pragma once

#include <span>

#include "providers/reference/ops/convert.h"

namespace mortise::reference {

// All elements as doubles, in scratch memory. The type must be convertible (see convert.h).
inline std::span<double> read_doubles(KernelContext& context, const Tensor& tensor) {
  const auto count = static_cast<uint64_t>(tensor.num_elements());
  const std::span<double> values = context.scratch<double>(count);
  convert_elements(tensor.dtype(), tensor.raw(), DType::kF64, values.data(), 0, count);
  return values;
}

// The tensor's elements, rounded to its type; there are as many values as elements.
inline void write_doubles(std::span<const double> values, Tensor& tensor) {
  convert_elements(DType::kF64, values.data(), tensor.dtype(), tensor.raw(), 0, values.size());
}

}  // namespace mortise::reference
