// SPDX-License-Identifier: Apache-2.0
//
// Window: how the windows of convolutions and pools slide over an image: attributes to extents and padding, by the rules
// that ONNX gives for Conv, ConvTranspose and the pools.
//
// Optional for a provider. The spatial axes are those after batch and channel. Attributes come from models: resolving
// refuses what cannot be, and after it no product or sum of a window's numbers overflows. Functions are pure and may be
// called from any thread.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "../graph_view.h"
#include "../result.h"
#include "../shape.h"

namespace mortise::sdk {

enum class AutoPad { kNotSet, kSameUpper, kSameLower, kValid };

// The attributes that windows share; an empty list means the operator's default.
struct WindowAttributes {
  std::vector<int64_t> kernel, strides, dilations, pads;
  std::vector<int64_t> output_shape, output_padding;  // of ConvTranspose alone
  AutoPad auto_pad = AutoPad::kNotSet;
  bool ceil_mode = false;
};

struct Window {
  uint32_t axes = 0;
  Shape input, kernel, stride, dilation, pad_begin, pad_end, output;  // one extent per spatial axis

  uint64_t input_size() const { return static_cast<uint64_t>(input.num_elements()); }
  uint64_t output_size() const { return static_cast<uint64_t>(output.num_elements()); }
  uint64_t taps() const { return static_cast<uint64_t>(kernel.num_elements()); }
};

namespace detail {

// With every number at most this, (kernel - 1) * dilation + input + pads stays far inside int64.
inline constexpr int64_t kLargestWindow = int64_t{1} << 30;
// The same for the extents that ConvTranspose makes.
inline constexpr int64_t kLargestOutput = int64_t{1} << 40;

inline Status check_window_list(std::string_view name, const std::vector<int64_t>& list, uint64_t length, int64_t least,
                                int64_t largest = kLargestWindow) {
  if (!list.empty() && list.size() != length) {
    return invalid_argument("attribute ", name, " has ", list.size(), " numbers where ", length, " are needed");
  }
  for (const int64_t number : list) {
    if (number < least || number > largest)
      return invalid_argument("attribute ", name, " has the impossible number ", number);
  }
  return {};
}

inline Shape shape_or_ones(const std::vector<int64_t>& list, uint32_t axes) {
  return list.empty() ? Shape(axes, 1) : Shape(std::span<const int64_t>(list));
}

inline bool is_same(AutoPad mode) { return mode == AutoPad::kSameUpper || mode == AutoPad::kSameLower; }

// `padding` in all along an axis, the odd one where the mode says.
inline void split_padding(Window& window, uint32_t axis, int64_t padding, AutoPad mode) {
  window.pad_begin[axis] = mode == AutoPad::kSameUpper ? padding / 2 : padding - padding / 2;
  window.pad_end[axis] = padding - window.pad_begin[axis];
}

inline void take_pads(Window& window, uint32_t axis, const WindowAttributes& attributes) {
  if (attributes.auto_pad != AutoPad::kNotSet || attributes.pads.empty()) return;
  window.pad_begin[axis] = attributes.pads[axis];
  window.pad_end[axis] = attributes.pads[axis + window.axes];
}

// How often a window that leaves `room` free elements finds a place. In ceil mode a last one may stick out, and those
// count that start before `behind`, where the padding behind the input begins.
inline int64_t window_places(int64_t room, int64_t stride, int64_t behind, bool ceil_mode) {
  if (!ceil_mode) return room < 0 ? 0 : room / stride + 1;
  const int64_t steps = room + stride - 1;
  return steps < 0 ? 0 : std::min(steps / stride + 1, (behind + stride - 1) / stride);
}

// All but padding and output extents.
inline Result<Window> resolve_window_extents(const WindowAttributes& attributes, const Shape& input,
                                             const Shape& kernel) {
  if (input.rank() < 3) return invalid_argument("input ", to_string(input), " has no spatial axes");
  Window window;
  window.axes = input.rank() - 2;
  MORTISE_TRY(check_window_list("kernel_shape", attributes.kernel, window.axes, 1));
  MORTISE_TRY(check_window_list("strides", attributes.strides, window.axes, 1));
  MORTISE_TRY(check_window_list("dilations", attributes.dilations, window.axes, 1));
  MORTISE_TRY(check_window_list("pads", attributes.pads, 2 * uint64_t{window.axes}, 0));
  window.kernel = attributes.kernel.empty() ? kernel : Shape(std::span<const int64_t>(attributes.kernel));
  if (window.kernel.rank() != window.axes) {
    return invalid_argument("a kernel ", to_string(window.kernel), " does not fit an input ", to_string(input));
  }
  window.stride = shape_or_ones(attributes.strides, window.axes);
  window.dilation = shape_or_ones(attributes.dilations, window.axes);
  window.input = Shape(std::span(input.data() + 2, window.axes));
  for (uint32_t axis = 0; axis < window.axes; ++axis) {
    if (window.kernel[axis] < 1 || window.kernel[axis] > kLargestWindow || window.input[axis] > kLargestWindow) {
      return invalid_argument("a kernel ", to_string(window.kernel), " over an input ", to_string(input),
                              " is impossible");
    }
  }
  if (!checked_num_elements(window.kernel)) {
    return invalid_argument("a kernel ", to_string(window.kernel), " has too many elements");
  }
  window.pad_begin = window.pad_end = window.output = Shape(window.axes, 0);
  return window;
}

}  // namespace detail

// kernel_shape, strides, dilations, pads, auto_pad, ceil_mode, output_shape and output_padding of a node.
inline Result<WindowAttributes> read_window(const NodeView& node) {
  const auto list = [&](std::string_view name) {
    const auto ints = node.get_ints(name);
    return std::vector<int64_t>(ints.begin(), ints.end());
  };
  WindowAttributes attributes{.kernel = list("kernel_shape"),
                              .strides = list("strides"),
                              .dilations = list("dilations"),
                              .pads = list("pads"),
                              .output_shape = list("output_shape"),
                              .output_padding = list("output_padding"),
                              .ceil_mode = node.get_int("ceil_mode", 0) != 0};
  const std::string_view auto_pad = node.get_string("auto_pad", "NOTSET");
  if (auto_pad == "SAME_UPPER") {
    attributes.auto_pad = AutoPad::kSameUpper;
  } else if (auto_pad == "SAME_LOWER") {
    attributes.auto_pad = AutoPad::kSameLower;
  } else if (auto_pad == "VALID") {
    attributes.auto_pad = AutoPad::kValid;
  } else if (auto_pad != "NOTSET" && !auto_pad.empty()) {
    return invalid_argument("attribute auto_pad has the unknown value '", auto_pad, "'");
  }
  return attributes;
}

// The window of a convolution or a pool over an input of shape [N, C, spatial...]; `kernel`, one extent per spatial
// axis, stands in for the attribute kernel_shape where that is empty.
inline Result<Window> resolve_window(const WindowAttributes& attributes, const Shape& input, const Shape& kernel) {
  MORTISE_ASSIGN(Window window, detail::resolve_window_extents(attributes, input, kernel));
  for (uint32_t axis = 0; axis < window.axes; ++axis) {
    const int64_t extent = window.input[axis];
    const int64_t stride = window.stride[axis];
    const int64_t reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
    if (detail::is_same(attributes.auto_pad)) {
      window.output[axis] = (extent + stride - 1) / stride;
      const int64_t padding = std::max<int64_t>(0, (window.output[axis] - 1) * stride + reach - extent);
      detail::split_padding(window, axis, padding, attributes.auto_pad);
      continue;
    }
    detail::take_pads(window, axis, attributes);
    const int64_t room = extent + window.pad_begin[axis] + window.pad_end[axis] - reach;
    window.output[axis] = detail::window_places(room, stride, extent + window.pad_begin[axis], attributes.ceil_mode);
    if (window.output[axis] < 1) {
      return invalid_argument("a kernel of ", window.kernel[axis], " with dilation ", window.dilation[axis],
                              " is larger than the padded input along spatial axis ", axis, " of ", to_string(input));
    }
  }
  return window;
}

// The same of a transposed convolution: output pixel o is reached by input pixel i through tap t where
// o + pad_begin = i * stride + t * dilation.
inline Result<Window> resolve_transposed_window(const WindowAttributes& attributes, const Shape& input,
                                                const Shape& kernel) {
  MORTISE_ASSIGN(Window window, detail::resolve_window_extents(attributes, input, kernel));
  std::vector<int64_t> shape = attributes.output_shape;
  if (shape.size() == uint64_t{window.axes} + 2) shape.erase(shape.begin(), shape.begin() + 2);
  MORTISE_TRY(detail::check_window_list("output_shape", shape, window.axes, 1, detail::kLargestOutput));
  MORTISE_TRY(
      detail::check_window_list("output_padding", attributes.output_padding, window.axes, 0, detail::kLargestOutput));
  for (uint32_t axis = 0; axis < window.axes; ++axis) {
    const int64_t more = attributes.output_padding.empty() ? 0 : attributes.output_padding[axis];
    const int64_t stride = window.stride[axis];
    const int64_t full =
        stride * (window.input[axis] - 1) + more + (window.kernel[axis] - 1) * window.dilation[axis] + 1;
    if (!shape.empty() || detail::is_same(attributes.auto_pad)) {
      window.output[axis] = shape.empty() ? window.input[axis] * stride : shape[axis];
      detail::split_padding(window, axis, std::max<int64_t>(0, full - window.output[axis]), attributes.auto_pad);
      continue;
    }
    detail::take_pads(window, axis, attributes);
    window.output[axis] = full - window.pad_begin[axis] - window.pad_end[axis];
    if (window.output[axis] < 1) return invalid_argument("the padding leaves nothing of spatial axis ", axis);
  }
  return window;
}

}  // namespace mortise::sdk
