// Window: the walk over one window of a convolution or a pool (see mortise/sdk/onnx/window.h for its extents).
#pragma once

#include "mortise/sdk/onnx/window.h"
#include "providers/reference/kernel.h"

namespace mortise::reference {

using sdk::AutoPad;
using sdk::Window;
using sdk::WindowAttributes;

// Splits an index into `extents` (row-major) into coordinates.
inline void unravel(uint64_t index, const Shape& extents, Shape& coordinates) {
  coordinates.resize(extents.rank());
  for (uint32_t axis = extents.rank(); axis-- > 0;) {
    const auto extent = static_cast<uint64_t>(extents[axis]);
    coordinates[axis] = static_cast<int64_t>(index % extent);
    index /= extent;
  }
}

// Calls visit(offset in the input plane) for each tap of the window of output `index` that lies inside the input, in
// row-major order.
template <class Visit>
void for_each_tap(const Window& window, uint64_t index, Visit&& visit) {
  const uint32_t axes = window.axes;
  Shape at;
  unravel(index, window.output, at);
  Shape first(axes, 0), last(axes, 0);  // taps inside the input, per axis
  for (uint32_t axis = 0; axis < axes; ++axis) {
    const int64_t start = at[axis] * window.stride[axis] - window.pad_begin[axis];
    first[axis] = start < 0 ? (-start + window.dilation[axis] - 1) / window.dilation[axis] : 0;
    const int64_t inside =
        start < window.input[axis] ? (window.input[axis] - 1 - start) / window.dilation[axis] + 1 : 0;
    last[axis] = std::min(window.kernel[axis], inside);
    if (first[axis] >= last[axis]) return;
    at[axis] = start;
  }
  Shape tap = first;
  while (true) {
    int64_t offset = 0;
    for (uint32_t axis = 0; axis + 1 < axes; ++axis) {
      offset = (offset + at[axis] + tap[axis] * window.dilation[axis]) * window.input[axis + 1];
    }
    const uint32_t inner = axes - 1;
    for (int64_t t = first[inner]; t < last[inner]; ++t) {
      visit(static_cast<uint64_t>(offset + at[inner] + t * window.dilation[inner]));
    }
    uint32_t axis = inner;
    while (axis > 0 && ++tap[axis - 1] == last[axis - 1]) {
      tap[axis - 1] = first[axis - 1];
      --axis;
    }
    if (axis == 0) return;
  }
}

// Taps of the window of output `index` inside the input and its padding (a window may stick out in ceil mode).
inline int64_t padded_taps(const Window& window, uint64_t index) {
  Shape at;
  unravel(index, window.output, at);
  int64_t count = 1;
  for (uint32_t axis = 0; axis < window.axes; ++axis) {
    const int64_t start = at[axis] * window.stride[axis] - window.pad_begin[axis];
    const int64_t end = window.input[axis] + window.pad_end[axis];
    count *= start < end ? std::min(window.kernel[axis], (end - 1 - start) / window.dilation[axis] + 1) : 0;
  }
  return count;
}

}  // namespace mortise::reference
