// SPDX-License-Identifier: Apache-2.0
//
// The dispatch that copies between strided views, for operators that only move elements.
#pragma once

#include "../lower.h"

namespace mortise::vulkan {

// Types whose elements are whole words.
inline constexpr auto kWordTypes = {DType::kF32, DType::kI32, DType::kU32, DType::kI64, DType::kU64, DType::kF64};

// Elements `dims` of `from` to `to`; strides and offsets in elements.
struct StridedCopy {
  Shape dims;
  Shape from_strides, to_strides;
  int64_t from_offset = 0, to_offset = 0;
};

void add_copy(Lowering& l, TensorId to, TensorId from, StridedCopy copy);

// Words of an element.
int64_t words_of(const Lowering& l, TensorId tensor);

}  // namespace mortise::vulkan
