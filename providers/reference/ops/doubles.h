// Tensors of any number type as doubles and back: for operators that are about formulas, not about speed.
#pragma once

#include <span>

#include "providers/reference/ops/convert.h"

namespace mortise::reference {

// All elements as doubles, in scratch memory. The type must be convertible (see convert.h).
inline std::span<double> read_doubles(KernelContext& context, const Tensor& tensor) {
  const auto count = static_cast<uint64_t>(tensor.num_elements());
  const std::span<double> values = context.scratch<double>(count);
  context.parallel_for(count, 8 * kConvertBlock, [&](uint64_t begin, uint64_t end) {
    convert_elements(tensor.dtype(), tensor.raw(), DType::kF64, values.data(), begin, end);
  });
  return values;
}

// The tensor's elements, rounded to its type; there are as many values as elements.
inline void write_doubles(KernelContext& context, std::span<const double> values, Tensor& tensor) {
  context.parallel_for(values.size(), 8 * kConvertBlock, [&](uint64_t begin, uint64_t end) {
    convert_elements(DType::kF64, values.data(), tensor.dtype(), tensor.raw(), begin, end);
  });
}

}  // namespace mortise::reference
