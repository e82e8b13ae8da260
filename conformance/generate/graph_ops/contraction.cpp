// Products of matrices, convolutions and pools.
#include <algorithm>

#include "conformance/generate/graph_ops.h"

namespace mortise::conformance::graph_op {

namespace {

constexpr Interval kWeights = {-3, 3};

// What x may be, so that a sum of `count` products with weights, and a bias, is within the limits.
Interval share(int64_t count) {
  const int64_t most = std::max<int64_t>(1, 2000 / (std::max<int64_t>(count, 1) * kWeights.high));
  return {-most, most};
}

Interval sum_of_products(Interval x, int64_t count) {
  const int64_t most = x.magnitude() * kWeights.high * count;
  return {-most, most};
}

const std::vector<DType> kMatrixTypes = {DType::kF32, DType::kF32, DType::kF32, DType::kF16, DType::kI32};

// A picture: [batch, channels, height, width]. One that is there, or what is there as the only channel.
Known picture(GraphBuilder& b, const std::vector<DType>& dtypes) {
  const Known x = b.pick(dtypes, 2);
  if (x.rank() == 4) return x;
  if (x.rank() > 4) return b.constant(x.dtype, {1, 2, 4, 4}, {x.dtype == DType::kU8 ? 0 : -4, 4});
  std::vector<int64_t> axes;
  Shape shape = x.shape;
  for (uint32_t rank = x.rank(); rank < 4; ++rank) {
    axes.push_back(static_cast<int64_t>(axes.size()) + x.first_axis());
    shape.insert(x.first_axis(), 1);
  }
  return b.node1("Unsqueeze", {x, b.integers(axes)}, {x.dtype, shape, x.batched, x.range});
}

// A window that slides over height and width.
struct Window {
  std::vector<int64_t> kernel, strides, pads;
  Shape result;  // of the picture, with its own channels
};

// Nothing where the picture is smaller than any window.
std::optional<Window> random_window(GraphBuilder& b, const Known& x) {
  Window window{.pads = {0, 0, 0, 0}, .result = x.shape};
  for (uint32_t i = 0; i < 2; ++i) {
    if (x.shape[2 + i] < 1) return std::nullopt;
    const int64_t kernel = between(b.random(), 1, std::min<int64_t>(3, x.shape[2 + i]));
    const int64_t stride = between(b.random(), 1, 2);
    for (const uint32_t at : {i, i + 2}) window.pads[at] = between(b.random(), 0, kernel - 1);
    window.kernel.push_back(kernel);
    window.strides.push_back(stride);
    window.result[2 + i] = (x.shape[2 + i] + window.pads[i] + window.pads[i + 2] - kernel) / stride + 1;
  }
  return window;
}

Attributes attributes_of(const Window& window) {
  Attributes attributes;
  attributes.emplace_back("kernel_shape", window.kernel);
  attributes.emplace_back("strides", window.strides);
  attributes.emplace_back("pads", window.pads);
  return attributes;
}

}  // namespace

void add_mat_mul(GraphBuilder& b) {
  Known x = b.pick(kMatrixTypes, 2);
  const int64_t depth = x.shape.back();
  const Known w = b.constant(x.dtype, {depth, between(b.random(), 1, 4)}, kWeights);
  x = b.within(x, share(depth));
  Shape shape = x.shape;
  shape[x.rank() - 1] = w.shape[1];
  b.node1("MatMul", {x, w}, {x.dtype, shape, x.batched, sum_of_products(x.range, depth)});
}

void add_gemm(GraphBuilder& b) {
  Known x = b.pick(kMatrixTypes, 2);
  if (x.rank() != 2) return;
  const int64_t depth = x.shape[1], width = between(b.random(), 1, 4);
  const bool transposed = chance(b.random(), 50);
  const Known w = b.constant(x.dtype, transposed ? Shape{width, depth} : Shape{depth, width}, kWeights);
  x = b.within(x, share(depth));
  Attributes attributes;
  if (transposed) attributes.emplace_back("transB", int64_t{1});
  const Known bias = chance(b.random(), 60) ? b.constant(x.dtype, {width}, {-20, 20}) : Known{};
  Interval range = sum_of_products(x.range, depth);
  range = {range.low - 20, range.high + 20};
  b.node1("Gemm", {x, w, bias}, {x.dtype, {x.shape[0], width}, x.batched, range}, std::move(attributes));
}

void add_conv(GraphBuilder& b) {
  Known x = picture(b, kFloats);
  const std::optional<Window> window = random_window(b, x);
  if (!window || x.shape[1] == 0) return;
  const bool depthwise = x.shape[1] > 1 && chance(b.random(), 30);
  const int64_t channels = depthwise ? x.shape[1] : between(b.random(), 1, 3);
  const Known w =
      b.constant(x.dtype, {channels, depthwise ? 1 : x.shape[1], window->kernel[0], window->kernel[1]}, kWeights);
  const int64_t count = w.shape.product(1, 4);
  x = b.within(x, share(count));
  Attributes attributes = attributes_of(*window);
  if (depthwise) attributes.emplace_back("group", channels);
  const Known bias = chance(b.random(), 50) ? b.constant(x.dtype, {channels}, {-20, 20}) : Known{};
  Shape shape = window->result;
  shape[1] = channels;
  if (shape.num_elements() > kMaxElements) return;
  Interval range = sum_of_products(x.range, count);
  range = {range.low - 20, range.high + 20};
  b.node1("Conv", {x, w, bias}, {x.dtype, shape, x.batched, range}, std::move(attributes));
}

void add_max_pool(GraphBuilder& b) {
  const Known x = picture(b, {DType::kF32, DType::kF32, DType::kF16, DType::kI8, DType::kU8});
  const std::optional<Window> window = random_window(b, x);
  if (!window) return;
  // Where in the whole tensor: with the batch it grows.
  const Made indices = {DType::kI64, window->result, x.batched, {0, 2047}, /*left_out=*/chance(b.random(), 60)};
  b.node("MaxPool", {x}, {{x.dtype, window->result, x.batched, x.range}, indices}, attributes_of(*window));
}

}  // namespace mortise::conformance::graph_op
