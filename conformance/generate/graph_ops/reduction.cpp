// Operators that look at several elements along axes.
#include <algorithm>

#include "conformance/generate/graph_ops.h"

namespace mortise::conformance::graph_op {

namespace {

// Axes that an operator reduces: never none, never the batch.
std::vector<int64_t> random_axes(GraphBuilder& b, const Known& x) {
  std::vector<int64_t> axes;
  for (uint32_t axis = x.first_axis(); axis < x.rank(); ++axis) {
    if (chance(b.random(), 45)) axes.push_back(axis);
  }
  if (axes.empty()) axes.push_back(between(b.random(), x.first_axis(), x.rank() - 1));
  return axes;
}

Shape reduced(const Shape& shape, const std::vector<int64_t>& axes, bool keep) {
  Shape result;
  for (uint32_t i = 0; i < shape.rank(); ++i) {
    const bool gone = std::find(axes.begin(), axes.end(), i) != axes.end();
    if (!gone || keep) result.push_back(gone ? 1 : shape[i]);
  }
  return result;
}

// What each of `count` numbers may be, so that their sum is within the limits on every way to it.
Interval share(DType dtype, int64_t count) {
  const int64_t most = std::max<int64_t>(1, limits_of(dtype).high / std::max<int64_t>(count, 1));
  return {-most, most};
}

}  // namespace

void add_reduce(GraphBuilder& b) {
  const bool is_sum = chance(b.random(), 50);
  Known x = b.pick(is_sum ? kWide : kNumbers, 1);
  if (x.rank() <= x.first_axis()) return;
  const std::vector<int64_t> axes = random_axes(b, x);
  int64_t count = 1;
  for (const int64_t axis : axes) count *= x.shape[static_cast<uint64_t>(axis)];
  if (!is_sum && count == 0) return;  // the largest of none is no integer
  const bool keep = chance(b.random(), 50);
  Attributes attributes;
  if (!keep || chance(b.random(), 50)) attributes.emplace_back("keepdims", int64_t{keep});
  Made output = {x.dtype, reduced(x.shape, axes, keep), x.batched, x.range};
  const char* op = is_sum ? "ReduceSum" : chance(b.random(), 50) ? "ReduceMax" : "ReduceMin";
  if (is_sum) {
    x = b.within(x, share(x.dtype, count));
    output.range = {std::min<int64_t>(x.range.low * count, 0), std::max<int64_t>(x.range.high * count, 0)};
  }
  if (is_sum || b.opset() >= 18) {
    b.node1(op, {x, b.integers(axes)}, output, std::move(attributes));
    return;
  }
  attributes.emplace_back("axes", axes);
  b.node1(op, {x}, output, std::move(attributes));
}

void add_arg_extreme(GraphBuilder& b) {
  const Known x = b.pick(kNumbers, 1);
  const auto axis = b.random_axis(x);
  if (!axis || x.shape[*axis] == 0) return;
  const bool keep = chance(b.random(), 50);
  Attributes attributes;
  attributes.emplace_back("axis", int64_t{*axis});
  attributes.emplace_back("keepdims", int64_t{keep});
  if (chance(b.random(), 30)) attributes.emplace_back("select_last_index", int64_t{1});
  b.node1(chance(b.random(), 50) ? "ArgMax" : "ArgMin", {x},
          {DType::kI64, reduced(x.shape, {*axis}, keep), x.batched, {0, x.shape[*axis] - 1}}, std::move(attributes));
}

void add_top_k(GraphBuilder& b) {
  const Known x = b.pick(kWide, 1);
  const auto axis = b.random_axis(x);
  if (!axis || x.shape[*axis] == 0) return;
  Shape shape = x.shape;
  shape[*axis] = between(b.random(), 1, x.shape[*axis]);
  Attributes attributes;
  attributes.emplace_back("axis", int64_t{*axis});
  if (chance(b.random(), 50)) attributes.emplace_back("largest", int64_t{0});
  b.node("TopK", {x, b.integers({shape[*axis]})},
         {{x.dtype, shape, x.batched, x.range}, {DType::kI64, shape, x.batched, {0, x.shape[*axis] - 1}}},
         std::move(attributes));
}

void add_cum_sum(GraphBuilder& b) {
  Known x = b.pick(kWide, 1);
  const auto axis = b.random_axis(x);
  if (!axis) return;
  const int64_t count = x.shape[*axis];
  x = b.within(x, share(x.dtype, count));
  Attributes attributes;
  if (chance(b.random(), 40)) attributes.emplace_back("exclusive", int64_t{1});
  if (chance(b.random(), 40)) attributes.emplace_back("reverse", int64_t{1});
  const Interval range = {std::min<int64_t>(x.range.low * count, 0), std::max<int64_t>(x.range.high * count, 0)};
  b.node1("CumSum", {x, b.scalar(DType::kI64, *axis)}, {x.dtype, x.shape, x.batched, range}, std::move(attributes));
}

}  // namespace mortise::conformance::graph_op
