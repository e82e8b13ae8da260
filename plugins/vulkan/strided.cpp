// SPDX-License-Identifier: Apache-2.0
//
// See strided.h.
#include "strided.h"

#include <algorithm>

#include "mortise/sdk/onnx/axes.h"

namespace mortise::vulkan {

Shape broadcast_strides(const Shape& from, const Shape& to) {
  const Shape own = sdk::strides_of(from);
  Shape strides(to.rank(), 0);
  for (uint32_t i = 0; i < from.rank(); ++i) {
    const uint32_t axis = to.rank() - from.rank() + i;
    strides[axis] = from[i] == 1 ? 0 : own[i];
  }
  return strides;
}

void merge_axes(Shape& dims, std::span<Shape> strides) {
  const auto drop = [&](uint32_t axis) {
    dims.erase(axis);
    for (Shape& s : strides) s.erase(axis);
  };
  for (uint32_t axis = dims.rank(); axis-- > 0;) {
    if (dims[axis] == 1) drop(axis);
  }
  for (uint32_t axis = dims.rank(); axis-- > 1;) {
    const bool even = std::all_of(strides.begin(), strides.end(),
                                  [&](const Shape& s) { return s[axis - 1] == s[axis] * dims[axis]; });
    if (!even) continue;
    dims[axis] *= dims[axis - 1];
    drop(axis - 1);
  }
}

}  // namespace mortise::vulkan
