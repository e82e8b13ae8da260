// Maps as values: what operators read of one, and how they make one.
#pragma once

#include "providers/reference/kernel.h"

namespace mortise::reference {

struct MapView {
  const Tensor& keys;    // rank 1
  const Tensor& values;  // rank 1, as long as keys
};

// An input that must be a map to scalars. Maps come from applications too, so nothing about them is sure.
inline Result<MapView> map_of(KernelContext& context, uint64_t input) {
  const Value& value = context.input_value(input);
  if (value.kind != ValueKind::kMap || value.elements.size() != 2) {
    return invalid_argument("input #", input, " must be a map");
  }
  const Value &keys = value.elements[0], &values = value.elements[1];
  if (!keys.is_tensor() || !values.is_tensor() || keys.tensor.rank() != 1 || values.tensor.rank() != 1 ||
      keys.tensor.dim(0) != values.tensor.dim(0)) {
    return invalid_argument("input #", input, " must be a map whose keys and values are lists of one length");
  }
  if (keys.tensor.dtype() != DType::kI64 && keys.tensor.dtype() != DType::kString) {
    return invalid_argument("input #", input, " must be a map from int64 or string, not from ",
                            to_string(keys.tensor.dtype()));
  }
  return MapView{keys.tensor, values.tensor};
}

inline Value make_map(Tensor keys, Tensor values) {
  return Value(ValueKind::kMap, {Value(std::move(keys)), Value(std::move(values))});
}

}  // namespace mortise::reference
