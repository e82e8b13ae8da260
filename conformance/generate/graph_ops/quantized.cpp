// Quantized operators, with scales whose results need no rounding.
#include <algorithm>

#include "conformance/generate/graph_ops.h"

namespace mortise::conformance::graph_op {

namespace {

const std::vector<DType> kQuantized = {DType::kI8, DType::kU8};

// A zero point that keeps the range inside the type.
int64_t random_zero(GraphBuilder& b, DType dtype) {
  return dtype == DType::kU8 ? between(b.random(), 60, 130) : between(b.random(), -20, 20);
}

}  // namespace

void add_quantize(GraphBuilder& b) {
  const Known x = b.within(b.pick({DType::kF32}), {-60, 60});
  const DType to = choose(b.random(), kQuantized);
  const int64_t zero = random_zero(b, to);
  b.node1("QuantizeLinear", {x, b.scalar(DType::kF32, 1), b.scalar(to, zero)},
          {to, x.shape, x.batched, {x.range.low + zero, x.range.high + zero}});
}

void add_dequantize(GraphBuilder& b) {
  const Known x = b.pick(kQuantized);
  const int64_t zero = random_zero(b, x.dtype), scale = between(b.random(), 1, 2);
  b.node1("DequantizeLinear", {x, b.scalar(DType::kF32, scale), b.scalar(x.dtype, zero)},
          {DType::kF32, x.shape, x.batched, {(x.range.low - zero) * scale, (x.range.high - zero) * scale}});
}

void add_mat_mul_integer(GraphBuilder& b) {
  Known x = b.pick(kQuantized, 2);
  const int64_t depth = x.shape.back();
  const DType weights = choose(b.random(), kQuantized);
  const Known w = b.constant(weights, {depth, between(b.random(), 1, 4)}, {weights == DType::kU8 ? 0 : -3, 3});
  const int64_t most = std::clamp<int64_t>(2000 / (3 * std::max<int64_t>(depth, 1)), 1, 100);
  x = b.within(x, {x.dtype == DType::kU8 ? 0 : -most, most});
  const int64_t bound = 3 * depth * x.range.magnitude();
  Shape shape = x.shape;
  shape[x.rank() - 1] = w.shape[1];
  b.node1("MatMulInteger", {x, w}, {DType::kI32, shape, x.batched, {-bound, bound}});
}

void add_qlinear_mat_mul(GraphBuilder& b) {
  Known x = b.pick({DType::kI8}, 2);
  const int64_t depth = x.shape.back();
  const Known w = b.constant(DType::kI8, {depth, between(b.random(), 1, 4)}, {-1, 1});
  const int64_t most = std::clamp<int64_t>(100 / std::max<int64_t>(depth, 1), 1, 100);
  x = b.within(x, {-most, most});
  const int64_t bound = depth * x.range.magnitude();
  const Known one = b.scalar(DType::kF32, 1), zero = b.scalar(DType::kI8, 0), shift = b.scalar(DType::kI8, 2);
  Shape shape = x.shape;
  shape[x.rank() - 1] = w.shape[1];
  b.node1("QLinearMatMul", {x, one, zero, w, one, zero, one, shift},
          {DType::kI8, shape, x.batched, {2 - bound, 2 + bound}});
}

}  // namespace mortise::conformance::graph_op
