// Integer inputs and parameters: what every operator that looks at shapes needs beside mortise/sdk/onnx/axes.h, once.
//
// Nothing here touches elements; strided.h does. Functions are pure and may be called from any thread.
#pragma once

#include <algorithm>
#include <string_view>

#include "mortise/sdk/onnx/axes.h"
#include "providers/reference/kernel.h"
#include "providers/reference/ops/wording.h"

namespace mortise::reference {

using sdk::AxisSplit;
using sdk::normalise_axes;
using sdk::normalise_axis;
using sdk::split_at;
using sdk::strides_of;

// OK if a tensor, of a result or of what it is computed from, can have that shape.
inline Status check_shape(DType dtype, const Shape& shape) {
  if (shape.rank() > kMaxRank) {
    return invalid_argument("it would need a tensor of ", shape.rank(), " axes; there can be ", kMaxRank);
  }
  if (Tensor::storage_size(dtype, shape).ok()) return {};
  const bool negative = std::any_of(shape.begin(), shape.end(), [](int64_t extent) { return extent < 0; });
  return invalid_argument("it would need a tensor ", to_string(dtype), list_of(shape),
                          negative ? ", with a negative extent" : ", which has too many elements");
}

// Element i of a tensor of int32 or int64 (see check_indices).
inline int64_t index_at(const Tensor& tensor, int64_t i) {
  return tensor.dtype() == DType::kI32 ? tensor.data<int32_t>()[i] : tensor.data<int64_t>()[i];
}
inline Status check_indices(const Tensor& tensor, std::string_view name) {
  if (tensor.dtype() == DType::kI32 || tensor.dtype() == DType::kI64) return {};
  return invalid_argument(name, " must be int32 or int64, not ", to_string(tensor.dtype()));
}

// A list of integers that is an input: a tensor of int32 or int64 of rank 0 or 1.
inline Result<Shape> ints_of(const KernelContext& context, uint64_t input, std::string_view name) {
  const Tensor& tensor = context.input(input);
  MORTISE_TRY(check_indices(tensor, name));
  if (tensor.rank() > 1) return invalid_argument(name, " must have rank 1, not ", tensor.rank());
  Shape values(static_cast<uint32_t>(tensor.num_elements()), 0);
  for (uint64_t i = 0; i < values.size(); ++i) values[i] = index_at(tensor, static_cast<int64_t>(i));
  return values;
}
// The same of one integer: one element of any rank.
inline Result<int64_t> int_of(const KernelContext& context, uint64_t input, std::string_view name) {
  if (!context.has_input(input)) return invalid_argument(name, " is missing");
  const Tensor& tensor = context.input(input);
  MORTISE_TRY(check_indices(tensor, name));
  if (tensor.num_elements() != 1) return invalid_argument(name, " must have one element, not ", tensor.num_elements());
  return index_at(tensor, 0);
}

// A list that older versions of an operator have as an attribute and newer ones as an input; nothing if neither is
// there.
class IntsParameter {
 public:
  IntsParameter(const NodeSpec& node, std::string_view name, uint64_t input)
      : name_(name), input_(input), given_(node.has(name)), values_(node.get_ints(name)) {}

  Result<std::optional<Shape>> read(const KernelContext& context) const {
    if (given_) return std::optional<Shape>(values_);
    if (!context.has_input(input_)) return std::optional<Shape>();
    MORTISE_ASSIGN(Shape values, ints_of(context, input_, name_));
    return std::optional<Shape>(std::move(values));
  }

 private:
  std::string name_;
  uint64_t input_;
  bool given_;
  Shape values_;
};

// A range of items worth some 20 us where each costs about `cost` element moves.
inline uint64_t grain_for(int64_t cost) {
  return static_cast<uint64_t>(std::max<int64_t>(1, 32768 / std::max<int64_t>(1, cost)));
}

}  // namespace mortise::reference
