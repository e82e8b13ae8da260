// Window: how the windows of convolutions and pools slide over an image: extents, padding, and the walk over one
// window.
//
// The spatial axes are those after batch and channel. Attributes come from models: resolve() refuses what cannot be,
// and after it no product or sum of the window's numbers overflows.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "providers/reference/kernel.h"

namespace mortise::reference {

enum class AutoPad { kNotSet, kSameUpper, kSameLower, kValid };

// The attributes that windows share; an empty list means the operator's default.
struct WindowAttributes {
  std::vector<int64_t> kernel, strides, dilations, pads;
  AutoPad auto_pad = AutoPad::kNotSet;
  bool ceil_mode = false;
};

struct Window {
  uint32_t axes = 0;
  Shape input, kernel, stride, dilation, pad_begin, pad_end, output;  // one extent per spatial axis

  uint64_t input_size() const { return static_cast<uint64_t>(input.num_elements()); }
  uint64_t output_size() const { return static_cast<uint64_t>(output.num_elements()); }
  uint64_t taps() const { return static_cast<uint64_t>(kernel.num_elements()); }

  // Splits an index into `extents` (row-major) into coordinates.
  static void unravel(uint64_t index, const Shape& extents, Shape& coordinates) {
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
  void for_each_tap(uint64_t index, Visit&& visit) const {
    Shape at;
    unravel(index, output, at);
    Shape first(axes, 0), last(axes, 0);  // taps inside the input, per axis
    for (uint32_t axis = 0; axis < axes; ++axis) {
      const int64_t start = at[axis] * stride[axis] - pad_begin[axis];
      first[axis] = start < 0 ? (-start + dilation[axis] - 1) / dilation[axis] : 0;
      const int64_t inside = start < input[axis] ? (input[axis] - 1 - start) / dilation[axis] + 1 : 0;
      last[axis] = std::min(kernel[axis], inside);
      if (first[axis] >= last[axis]) return;
      at[axis] = start;
    }
    Shape tap = first;
    while (true) {
      int64_t offset = 0;
      for (uint32_t axis = 0; axis + 1 < axes; ++axis) {
        offset = (offset + at[axis] + tap[axis] * dilation[axis]) * input[axis + 1];
      }
      const uint32_t inner = axes - 1;
      for (int64_t t = first[inner]; t < last[inner]; ++t) {
        visit(static_cast<uint64_t>(offset + at[inner] + t * dilation[inner]));
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
  int64_t padded_taps(uint64_t index) const {
    Shape at;
    unravel(index, output, at);
    int64_t count = 1;
    for (uint32_t axis = 0; axis < axes; ++axis) {
      const int64_t start = at[axis] * stride[axis] - pad_begin[axis];
      const int64_t end = input[axis] + pad_end[axis];
      count *= start < end ? std::min(kernel[axis], (end - 1 - start) / dilation[axis] + 1) : 0;
    }
    return count;
  }
};

// kernel_shape, strides, dilations, pads, auto_pad and ceil_mode of a node.
Result<WindowAttributes> read_window(const NodeSpec& node);

// The window for an input of shape [N, C, spatial...]; `kernel` replaces the attribute kernel_shape where that is
// empty.
Result<Window> resolve_window(const WindowAttributes& attributes, const Shape& input, const Shape& kernel);

// Same, but without padding and output extents, which a transposed convolution works out by itself.
Result<Window> resolve_window_extents(const WindowAttributes& attributes, const Shape& input, const Shape& kernel);

}  // namespace mortise::reference
