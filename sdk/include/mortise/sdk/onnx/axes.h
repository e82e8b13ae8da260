// SPDX-License-Identifier: Apache-2.0
//
// Axes: the arithmetic on shapes that ONNX's operators share: negative axes, row-major strides, ranges of a Slice.
//
// Optional for a provider. Nothing here touches elements. Functions are pure and may be called from any thread.
#pragma once

#include <algorithm>
#include <string_view>

#include "../result.h"
#include "../shape.h"

namespace mortise::sdk {

// The axis counted from the front. `name` is the attribute or input it came from.
inline Result<uint32_t> normalise_axis(int64_t axis, uint64_t rank, std::string_view name = "axis") {
  const auto r = static_cast<int64_t>(rank);
  if (axis < -r || axis >= r) return invalid_argument(name, " ", axis, " is out of range for rank ", rank);
  return static_cast<uint32_t>(axis < 0 ? axis + r : axis);
}

// All of them, in the order given; an axis named twice is refused.
inline Result<Shape> normalise_axes(std::span<const int64_t> axes, uint64_t rank, std::string_view name = "axes") {
  if (axes.size() > rank) return invalid_argument(name, " has ", axes.size(), " entries, more than the rank ", rank);
  if (axes.size() > kMaxRank) {
    return invalid_argument(name, " has ", axes.size(), " entries; a tensor has at most ", kMaxRank, " axes");
  }
  Shape result;
  for (const int64_t axis : axes) {
    MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, rank, name));
    if (std::find(result.begin(), result.end(), a) != result.end()) {
      return invalid_argument(name, " names axis ", a, " twice");
    }
    result.push_back(a);
  }
  return result;
}

// Row-major strides in elements. Defined for every shape, also one with extent 0.
inline Shape strides_of(const Shape& shape) {
  Shape strides(shape.rank(), 1);
  for (uint32_t i = shape.rank(); i-- > 1;) {
    strides[i - 1] = static_cast<int64_t>(static_cast<uint64_t>(strides[i]) * static_cast<uint64_t>(shape[i]));
  }
  return strides;
}

// A tensor seen around one axis (or a run of axes [first, last)): extents before, of, and after it.
struct AxisSplit {
  int64_t outer, extent, inner;
};
inline AxisSplit split_at(const Shape& shape, uint32_t first, uint32_t last) {
  return {shape.product(0, first), shape.product(first, last), shape.product(last, shape.rank())};
}
inline AxisSplit split_at(const Shape& shape, uint32_t axis) { return split_at(shape, axis, axis + 1); }

// What [start:end:step] takes of an axis, as ONNX's Slice cuts it (numpy's rule, but a backward cut that starts before
// the axis starts at its first element): `count` elements, the first at `start`, each `step` after the one before. step
// is not 0 on entry; it is 0 in the result where there is at most one element.
struct SliceRange {
  int64_t start, count, step;
};
inline SliceRange slice_axis(int64_t extent, int64_t start, int64_t end, int64_t step) {
  if (extent == 0) return {0, 0, 0};
  if (start < 0) start += extent;
  if (end < 0) end += extent;
  const bool forward = step > 0;
  start = std::clamp<int64_t>(start, 0, forward ? extent : extent - 1);
  end = std::clamp<int64_t>(end, forward ? 0 : -1, forward ? extent : extent - 1);
  const int64_t distance = forward ? end - start : start - end;
  if (distance <= 0) return {0, 0, 0};
  const uint64_t stride = forward ? static_cast<uint64_t>(step) : 0 - static_cast<uint64_t>(step);
  const auto count = static_cast<int64_t>((static_cast<uint64_t>(distance) - 1) / stride + 1);
  return {start, count, count == 1 ? 0 : step};
}

}  // namespace mortise::sdk
