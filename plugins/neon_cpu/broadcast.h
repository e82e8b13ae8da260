// SPDX-License-Identifier: Apache-2.0
//
// Broadcasting of shapes by the rules of numpy.
#pragma once

#include <span>

#include "mortise/sdk/result.h"
#include "mortise/sdk/shape.h"

namespace mortise::neon {

// The common shape.
inline Result<Shape> broadcast(std::span<const Shape> shapes) {
  Shape all;
  for (const Shape& shape : shapes) {
    while (all.rank() < shape.rank()) all.insert(0, 1);
    for (uint32_t i = 0; i < shape.rank(); ++i) {
      int64_t& extent = all[all.rank() - 1 - i];
      const int64_t other = shape[shape.rank() - 1 - i];
      if (extent != other && extent != 1 && other != 1) {
        return invalid_argument("shapes ", to_string(all), " and ", to_string(shape), " do not broadcast");
      }
      if (extent == 1) extent = other;
    }
  }
  return all;
}

// Strides in elements of a tensor of `shape` walked as if it had the shape `all`: 0 where it repeats itself.
inline Shape broadcast_strides(const Shape& shape, const Shape& all) {
  Shape strides(all.rank(), 0);
  int64_t stride = 1;
  for (uint32_t i = 0; i < shape.rank(); ++i) {
    const int64_t extent = shape[shape.rank() - 1 - i];
    if (extent != 1) strides[all.rank() - 1 - i] = stride;
    stride *= extent;
  }
  return strides;
}

// Where the element that is number `index` of the shape `all` lies by such strides.
inline int64_t broadcast_offset(uint64_t index, const Shape& all, const Shape& strides) {
  int64_t offset = 0;
  for (uint32_t axis = all.rank(); axis-- > 0; index /= static_cast<uint64_t>(all[axis])) {
    offset += static_cast<int64_t>(index % static_cast<uint64_t>(all[axis])) * strides[axis];
  }
  return offset;
}

}  // namespace mortise::neon
