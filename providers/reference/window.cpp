// Window: attributes to extents, by the rules that ONNX gives for Conv and the pools.
#include "providers/reference/window.h"

#include <algorithm>

namespace mortise::reference {
namespace {

// With every number at most this, (kernel - 1) * dilation + input + pads stays far inside int64.
constexpr int64_t kLargest = int64_t{1} << 30;

Status check_list(std::string_view name, const std::vector<int64_t>& list, uint64_t length, int64_t least) {
  if (!list.empty() && list.size() != length) {
    return invalid_argument("attribute ", name, " has ", list.size(), " numbers where ", length, " are needed");
  }
  for (const int64_t number : list) {
    if (number < least || number > kLargest) {
      return invalid_argument("attribute ", name, " has the impossible number ", number);
    }
  }
  return {};
}

std::vector<int64_t> copy(std::span<const int64_t> list) { return {list.begin(), list.end()}; }

Shape shape_or_ones(const std::vector<int64_t>& list, uint32_t axes) {
  return list.empty() ? Shape(axes, 1) : Shape(std::span<const int64_t>(list));
}

}  // namespace

Result<WindowAttributes> read_window(const NodeSpec& node) {
  WindowAttributes attributes{.kernel = copy(node.get_ints("kernel_shape")),
                              .strides = copy(node.get_ints("strides")),
                              .dilations = copy(node.get_ints("dilations")),
                              .pads = copy(node.get_ints("pads")),
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

Result<Window> resolve_window_extents(const WindowAttributes& attributes, const Shape& input, const Shape& kernel) {
  if (input.rank() < 3) return invalid_argument("input ", to_string(input), " has no spatial axes");
  Window window;
  window.axes = input.rank() - 2;
  MORTISE_TRY(check_list("kernel_shape", attributes.kernel, window.axes, 1));
  MORTISE_TRY(check_list("strides", attributes.strides, window.axes, 1));
  MORTISE_TRY(check_list("dilations", attributes.dilations, window.axes, 1));
  MORTISE_TRY(check_list("pads", attributes.pads, 2 * uint64_t{window.axes}, 0));
  window.kernel = attributes.kernel.empty() ? kernel : Shape(std::span<const int64_t>(attributes.kernel));
  if (window.kernel.rank() != window.axes) {
    return invalid_argument("a kernel ", to_string(window.kernel), " does not fit an input ", to_string(input));
  }
  window.stride = shape_or_ones(attributes.strides, window.axes);
  window.dilation = shape_or_ones(attributes.dilations, window.axes);
  window.input = Shape(std::span(input.data() + 2, window.axes));
  for (uint32_t axis = 0; axis < window.axes; ++axis) {
    if (window.kernel[axis] < 1 || window.kernel[axis] > kLargest || window.input[axis] > kLargest) {
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

Result<Window> resolve_window(const WindowAttributes& attributes, const Shape& input, const Shape& kernel) {
  MORTISE_ASSIGN(Window window, resolve_window_extents(attributes, input, kernel));
  for (uint32_t axis = 0; axis < window.axes; ++axis) {
    const int64_t extent = window.input[axis];
    const int64_t stride = window.stride[axis];
    const int64_t reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
    if (attributes.auto_pad == AutoPad::kSameUpper || attributes.auto_pad == AutoPad::kSameLower) {
      const int64_t output = (extent + stride - 1) / stride;
      const int64_t padding = std::max<int64_t>(0, (output - 1) * stride + reach - extent);
      window.pad_begin[axis] = attributes.auto_pad == AutoPad::kSameUpper ? padding / 2 : padding - padding / 2;
      window.pad_end[axis] = padding - window.pad_begin[axis];
      window.output[axis] = output;
      continue;
    }
    if (attributes.auto_pad == AutoPad::kNotSet && !attributes.pads.empty()) {
      window.pad_begin[axis] = attributes.pads[axis];
      window.pad_end[axis] = attributes.pads[axis + window.axes];
    }
    const int64_t room = extent + window.pad_begin[axis] + window.pad_end[axis] - reach;
    if (room < 0) {
      return invalid_argument("a kernel of ", window.kernel[axis], " with dilation ", window.dilation[axis],
                              " is larger than the padded input along spatial axis ", axis, " of ", to_string(input));
    }
    window.output[axis] = room / stride + 1;
    // In ceil mode a last window may stick out, if it starts inside the input or its leading padding.
    if (attributes.ceil_mode && room % stride != 0 && window.output[axis] * stride < extent + window.pad_begin[axis]) {
      ++window.output[axis];
    }
  }
  return window;
}

}  // namespace mortise::reference
