// SPDX-License-Identifier: Apache-2.0
//
// From the SDK's windows to the kernels' extents: convolutions and pools over one to three spatial axes.
#pragma once

#include "../kernels/conv.h"
#include "../lower.h"
#include "mortise/sdk/onnx/window.h"

namespace mortise::neon {

inline constexpr uint32_t kMaxSpatialAxes = 3;

// Depth, height, width; `absent` where there are fewer axes.
inline Extents extents_of(const Shape& axes, uint64_t absent = 1) {
  uint64_t three[kMaxSpatialAxes] = {absent, absent, absent};
  for (uint32_t i = 0; i < axes.rank(); ++i) {
    three[kMaxSpatialAxes - axes.rank() + i] = static_cast<uint64_t>(axes[i]);
  }
  return {three[0], three[1], three[2]};
}

// Strides, padding and reach (kernel and dilation) of a window, per axis. No network comes near; what kernels compute from
// them, such as the sizes of their scratch, then fits into 64 bits for every image that fits into memory.
inline constexpr int64_t kMaxWindow = 1 << 16;

// Refuses windows that no memory would be enough for.
inline Status check_window(const sdk::Window& window) {
  for (uint32_t axis = 0; axis < window.axes; ++axis) {
    const int64_t reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
    for (const int64_t extent : {window.stride[axis], window.pad_begin[axis], window.pad_end[axis], reach}) {
      if (extent <= kMaxWindow) continue;
      return unimplemented("a stride, padding or reach of ", extent, " along spatial axis ", axis,
                           " is more than this provider takes, ", kMaxWindow);
    }
  }
  return {};
}

// Refuses images that the kernels do not have.
inline void check_image(const NodeReader& node, uint32_t input = 0) {
  if (const uint32_t rank = node.rank(input); rank < 3 || rank > 2 + kMaxSpatialAxes) {
    node.refuse(MORTISE_REFUSAL_RANK, "the image has rank ", rank, "; 1 to ", kMaxSpatialAxes,
                " spatial axes are supported");
  }
}

inline sdk::WindowAttributes window_attributes(const NodeReader& node) {
  auto attributes = sdk::read_window(node.node());
  if (!attributes.ok()) node.refuse(MORTISE_REFUSAL_ATTRIBUTE, attributes.status().message());
  return std::move(*attributes);
}

// The spatial part of a weight's shape.
inline Shape kernel_of(const Shape& weights) {
  return weights.rank() < 2 ? Shape() : Shape(std::span(weights.data() + 2, weights.rank() - 2));
}

// Shape of a convolution of an image and weights that infer() has accepted.
inline ConvShape conv_shape(const sdk::Window& window, const Shape& image, uint64_t out_channels, uint64_t groups) {
  return {.batch = static_cast<uint64_t>(image[0]),
          .in_channels = static_cast<uint64_t>(image[1]),
          .out_channels = out_channels,
          .groups = groups,
          .in = extents_of(window.input),
          .out = extents_of(window.output),
          .kernel = extents_of(window.kernel),
          .stride = extents_of(window.stride),
          .dilation = extents_of(window.dilation),
          .pad = extents_of(window.pad_begin, 0)};
}

// The window of a convolution, or why image and weights ([M, C / groups, kernel...]) do not go together.
inline Result<sdk::Window> conv_window(const sdk::WindowAttributes& attributes, const Shape& image,
                                       const Shape& weights, int64_t groups) {
  if (image.rank() != weights.rank() || image.rank() < 3) {
    return invalid_argument("an image ", to_string(image), " and weights ", to_string(weights),
                            " have different ranks");
  }
  int64_t channels = 0;
  if (groups < 1 || weights[0] % groups != 0 || __builtin_mul_overflow(weights[1], groups, &channels) ||
      image[1] != channels) {
    return invalid_argument("an image ", to_string(image), " and weights ", to_string(weights), " do not fit in ",
                            groups, groups == 1 ? " group" : " groups");
  }
  const Shape kernel = kernel_of(weights);
  MORTISE_ASSIGN(sdk::Window window, sdk::resolve_window(attributes, image, kernel));
  if (window.kernel != kernel) return invalid_argument("kernel_shape is not that of weights ", to_string(weights));
  MORTISE_TRY(check_window(window));
  return window;
}

}  // namespace mortise::neon
