// SPDX-License-Identifier: Apache-2.0
//
// Conv over one or two axes: a product where the kernel sees one pixel, an implicit one elsewhere, and a shader of its
// own where every output channel sees one input channel. ConvTranspose has a shader of its own.
#include "mortise/provider.h"
#include "mortise/sdk/onnx/window.h"
#include "product.h"

namespace mortise::vulkan::ops {
namespace {

// One entry per axis, with an axis of extent 1 before a single one.
std::array<uint32_t, 2> pair(const Shape& values, int64_t otherwise) {
  const auto last = static_cast<uint32_t>(values.back());
  return {static_cast<uint32_t>(values.rank() == 2 ? values[0] : otherwise), last};
}

struct Convolution {
  int64_t images, channels, outputs, groups;
  sdk::Window window;
  int64_t pixels() const { return static_cast<int64_t>(window.output_size()); }
  int64_t taps() const { return static_cast<int64_t>(window.taps()); }
};

bool sees_one_pixel(const sdk::Window& window) {
  for (uint32_t axis = 0; axis < window.axes; ++axis) {
    if (window.kernel[axis] != 1 || window.stride[axis] != 1 || window.pad_begin[axis] != 0 ||
        window.output[axis] != window.input[axis]) {
      return false;
    }
  }
  return true;
}

void push_window(Step& step, const sdk::Window& window) {
  for (const auto& [values, otherwise] : {std::pair(&window.kernel, 1), std::pair(&window.stride, 1),
                                          std::pair(&window.dilation, 1), std::pair(&window.pad_begin, 0)}) {
    for (const uint32_t value : pair(*values, otherwise)) step.push.push_back(value);
  }
}

Step& add_pointwise_convolution(Lowering& l, const Convolution& c, TensorId y, TensorId w, TensorId x) {
  Product product;
  product.m = c.outputs / c.groups;
  product.k = c.channels / c.groups;
  product.n = c.pixels();
  product.a_row = product.k;
  product.b_row = product.n;
  product.a_column = product.b_column = 1;
  product.batch_dims = Shape{c.images, c.groups};
  product.a_batch = Shape{0, product.m * product.k};
  product.b_batch = Shape{c.channels * product.n, product.k * product.n};
  return add_product(l, product, y, w, x);
}

// An invocation for each element of the output: their number, `counts`, the image's extents, the window.
Step& add_per_element(Lowering& l, Shader shader, const Convolution& c, std::initializer_list<int64_t> counts,
                      TensorId y, TensorId w, TensorId x) {
  const auto elements = static_cast<uint64_t>(l.dims(y).num_elements());
  Step& step = add_chained(l, shader, {Lowering::kGroup}, y, {w, x});
  step.push.push_back(static_cast<uint32_t>(elements));
  for (const int64_t count : counts) step.push.push_back(static_cast<uint32_t>(count));
  const auto input = pair(c.window.input, 1), output = pair(c.window.output, 1);
  step.push.insert(step.push.end(), {input[0], input[1], output[0], output[1]});
  push_window(step, c.window);
  l.cover(step, elements);
  return step;
}

Step& add_depthwise(Lowering& l, const Convolution& c, TensorId y, TensorId w, TensorId x) {
  return add_per_element(l, Shader::depthwise, c, {c.outputs, c.outputs / c.channels}, y, w, x);
}

Step& add_convolution(Lowering& l, const Convolution& c, TensorId y, TensorId w, TensorId x) {
  const int64_t m = c.outputs / c.groups, n = c.pixels(), batches = c.images * c.groups;
  const int64_t channels = c.channels / c.groups;
  Step& step = add_chained(l, l.target().shared_tiles ? Shader::convolution_shared : Shader::convolution,
                           tile_constants(l, m), y, {w, x});
  for (const int64_t number : {m, n, channels * c.taps(), batches, c.groups, channels}) {
    step.push.push_back(static_cast<uint32_t>(number));
  }
  const auto input = pair(c.window.input, 1), output = pair(c.window.output, 1);
  step.push.insert(step.push.end(), {input[0], input[1], output[1]});
  push_window(step, c.window);
  cover_tiles(l, step, batches, m, n);
  return step;
}

Step& add_transposed(Lowering& l, const Convolution& c, TensorId y, TensorId w, TensorId x) {
  for (uint32_t axis = 0; axis < c.window.axes; ++axis) {
    const int64_t full =
        c.window.stride[axis] * (c.window.input[axis] - 1) + (c.window.kernel[axis] - 1) * c.window.dilation[axis] + 1;
    if (full > INT32_MAX) {
      l.refuse(MORTISE_REFUSAL_TOO_BIG, "windows reach over 2^31 elements or more along spatial axis ", axis);
    }
  }
  return add_per_element(l, Shader::transposed, c, {c.groups, c.channels / c.groups, c.outputs / c.groups}, y, w, x);
}

// The extents of the kernel of weights `w` for an image `x`.
Shape kernel_of(const Lowering& l, const Shape& x, const Shape& w) {
  if ((x.rank() != 3 && x.rank() != 4) || w.rank() != x.rank()) {
    l.refuse(MORTISE_REFUSAL_RANK, "the input has rank ", x.rank(), "; one or two spatial axes are supported");
  }
  return Shape(std::span(w.data() + 2, w.rank() - 2));
}

void require_fit(const Lowering& l, const Convolution& c, const Shape& kernel, TensorId y) {
  if (c.window.kernel != kernel) l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "kernel_shape does not match the weights");
  Shape expected = c.window.output;
  expected.insert(0, c.outputs);
  expected.insert(0, c.images);
  if (l.dims(y) != expected) l.refuse(MORTISE_REFUSAL_SHAPE, "the output is ", to_string(l.dims(y)));
}

std::optional<TensorId> bias_of(Lowering& l, uint32_t rank) {
  return l.node().has_input(2) ? std::optional(per_channel(l, l.input(2), rank)) : std::nullopt;
}

}  // namespace

void conv(Lowering& l) {
  const TensorId x = l.input(0), w = l.input(1), y = l.output();
  const Shape x_dims = l.dims(x), w_dims = l.dims(w), kernel = kernel_of(l, x_dims, w_dims);
  Convolution c{.images = x_dims[0],
                .channels = x_dims[1],
                .outputs = w_dims[0],
                .groups = l.node().get_int("group", 1),
                .window = l.take(sdk::resolve_window(l.take(sdk::read_window(l.node())), x_dims, kernel))};
  if (c.groups < 1 || c.channels % c.groups != 0 || c.outputs % c.groups != 0 || w_dims[1] != c.channels / c.groups) {
    l.refuse(MORTISE_REFUSAL_SHAPE, "weights ", to_string(w_dims), " do not fit ", c.channels, " channels in ",
             c.groups, " groups");
  }
  require_fit(l, c, kernel, y);
  const std::optional<TensorId> bias = bias_of(l, x_dims.rank());
  Step& step = c.groups == c.channels && c.groups > 1 ? add_depthwise(l, c, y, w, x)
               : sees_one_pixel(c.window)             ? add_pointwise_convolution(l, c, y, w, x)
                                                      : add_convolution(l, c, y, w, x);
  if (bias) chain(l, step, PointOp::kAdd, *bias);
}

void conv_transpose(Lowering& l) {
  const TensorId x = l.input(0), w = l.input(1), y = l.output();
  const Shape x_dims = l.dims(x), w_dims = l.dims(w), kernel = kernel_of(l, x_dims, w_dims);
  const int64_t groups = l.node().get_int("group", 1);
  if (groups < 1 || x_dims[1] % groups != 0 || w_dims[0] != x_dims[1] || groups > x_dims[1]) {
    l.refuse(MORTISE_REFUSAL_SHAPE, "weights ", to_string(w_dims), " do not fit ", x_dims[1], " channels in ", groups,
             " groups");
  }
  const Convolution c{
      .images = x_dims[0],
      .channels = x_dims[1],
      .outputs = w_dims[1] * groups,
      .groups = groups,
      .window = l.take(sdk::resolve_transposed_window(l.take(sdk::read_window(l.node())), x_dims, kernel))};
  require_fit(l, c, kernel, y);
  const std::optional<TensorId> bias = bias_of(l, x_dims.rank());
  Step& step = add_transposed(l, c, y, w, x);
  if (bias) chain(l, step, PointOp::kAdd, *bias);
}

}  // namespace mortise::vulkan::ops
