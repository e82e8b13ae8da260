// Operators that move elements and compute nothing.
#include <algorithm>
#include <numeric>

#include "conformance/generate/graph_ops.h"

namespace mortise::conformance::graph_op {

namespace {

std::vector<int64_t> list_of(const Shape& shape) { return {shape.begin(), shape.end()}; }

Made like(const Known& x, const Shape& shape) { return {x.dtype, shape, x.batched, x.range}; }

}  // namespace

void add_transpose(GraphBuilder& b) {
  const Known x = b.pick(kAny, 1);
  std::vector<int64_t> order(x.rank());
  std::iota(order.begin(), order.end(), 0);
  for (uint32_t i = x.rank(); i-- > x.first_axis() + 1;) {
    std::swap(order[i], order[static_cast<size_t>(between(b.random(), x.first_axis(), i))]);
  }
  Shape shape;
  for (const int64_t axis : order) shape.push_back(x.shape[static_cast<uint64_t>(axis)]);
  Attributes attributes;
  attributes.emplace_back("perm", order);
  b.node1("Transpose", {x}, like(x, shape), std::move(attributes));
}

void add_reshape(GraphBuilder& b) {
  const Known x = b.pick(kAny);
  Shape shape = x.shape;
  const uint32_t first = x.first_axis();
  if (shape.rank() > first + 1 && chance(b.random(), 60)) {
    const auto at = static_cast<uint32_t>(between(b.random(), first, shape.rank() - 2));
    shape[at] *= shape[at + 1];
    shape.erase(at + 1);
  } else if (shape.rank() > first) {
    const auto at = static_cast<uint32_t>(between(b.random(), first, shape.rank() - 1));
    const int64_t factor = shape[at] % 2 == 0 && shape[at] != 0 ? 2 : 1;
    shape[at] /= factor;
    shape.insert(at, factor);
  } else {
    shape.push_back(1);
  }
  std::vector<int64_t> wanted = list_of(shape);
  const bool empty = std::find(wanted.begin(), wanted.end(), 0) != wanted.end();
  // Extents of 0 say "as it is" and -1 says "the rest", which nothing can be found from where there are no elements.
  if (x.batched) wanted[0] = 0;
  if (!x.batched && !empty && chance(b.random(), 50)) wanted[below(b.random(), wanted.size())] = -1;
  if (x.batched && empty) return;
  Attributes attributes;
  if (!x.batched && empty) attributes.emplace_back("allowzero", int64_t{1});
  b.node1("Reshape", {x, b.integers(wanted)}, like(x, shape), std::move(attributes));
}

void add_squeeze(GraphBuilder& b) {
  const Known x = b.pick(kAny, 1);
  for (uint32_t axis = x.first_axis(); axis < x.rank(); ++axis) {
    if (x.shape[axis] != 1) continue;
    Shape shape = x.shape;
    shape.erase(axis);
    const int64_t written = chance(b.random(), 50) ? axis : static_cast<int64_t>(axis) - x.rank();
    b.node1("Squeeze", {x, b.integers({written})}, like(x, shape));
    return;
  }
}

void add_unsqueeze(GraphBuilder& b) {
  const Known x = b.pick(kAny);
  if (x.rank() > 4) return;
  const auto axis = static_cast<uint32_t>(between(b.random(), x.first_axis(), x.rank()));
  Shape shape = x.shape;
  shape.insert(axis, 1);
  b.node1("Unsqueeze", {x, b.integers({axis})}, like(x, shape));
}

void add_expand(GraphBuilder& b) {
  const Known x = b.pick(kAny);
  Shape shape = x.shape;
  std::vector<int64_t> wanted = list_of(shape);
  for (uint32_t i = x.first_axis(); i < x.rank(); ++i) {
    if (shape[i] == 1 && chance(b.random(), 60)) wanted[i] = shape[i] = between(b.random(), 2, 3);
    if (chance(b.random(), 30)) wanted[i] = 1;
    if (wanted[i] == 1 && x.shape[i] == 1) shape[i] = 1;
  }
  if (x.batched) wanted[0] = 1;
  if (!x.batched && x.rank() < 4 && chance(b.random(), 30)) {
    wanted.insert(wanted.begin(), 2);
    shape.insert(0, 2);
  }
  if (shape.num_elements() > kMaxElements) return;
  b.node1("Expand", {x, b.integers(wanted)}, like(x, shape));
}

// A single value in the shape that another tensor has in the run.
void add_expand_like(GraphBuilder& b) {
  const Known x = b.pick(kAny);
  const Known shape = b.node1("Shape", {x}, {DType::kI64, {x.rank()}, false, {0, 64}});
  const DType dtype = choose(b.random(), kNumbers);
  b.node1("Expand", {b.scalar(dtype, between(b.random(), 1, 5)), shape}, {dtype, x.shape, x.batched, {1, 5}});
}

void add_tile(GraphBuilder& b) {
  const Known x = b.pick(kAny, 1);
  std::vector<int64_t> repeats(x.rank(), 1);
  Shape shape = x.shape;
  for (uint32_t i = x.first_axis(); i < x.rank(); ++i) {
    if (chance(b.random(), 40)) repeats[i] = 2;
    shape[i] *= repeats[i];
  }
  if (shape.num_elements() > kMaxElements) return;
  b.node1("Tile", {x, b.integers(repeats)}, like(x, shape));
}

void add_concat(GraphBuilder& b) {
  const Known x = b.pick(kAny, 1);
  const auto axis = b.random_axis(x);
  if (!axis) return;
  std::vector<Known> inputs = {x};
  Made output = like(x, x.shape);
  for (uint64_t i = 0, more = 1 + below(b.random(), 2); i < more; ++i) {
    const Known y = b.pick_shape(x.dtype, x.shape, x.batched).value_or(x);
    inputs.insert(chance(b.random(), 50) ? inputs.begin() : inputs.end(), y);
    output.shape[*axis] += y.shape[*axis];
    output.range = {std::min(output.range.low, y.range.low), std::max(output.range.high, y.range.high)};
  }
  if (output.shape.num_elements() > kMaxElements) return;
  Attributes attributes;
  attributes.emplace_back("axis", chance(b.random(), 50) ? int64_t{*axis} : int64_t{*axis} - x.rank());
  b.node1("Concat", inputs, output, std::move(attributes));
}

void add_split(GraphBuilder& b) {
  const Known x = b.pick(kAny, 1);
  const auto axis = b.random_axis(x);
  if (!axis || x.shape[*axis] < 2) return;
  const int64_t extent = x.shape[*axis];
  Attributes attributes;
  attributes.emplace_back("axis", int64_t{*axis});
  Known sizes;
  std::vector<int64_t> parts;
  if (extent % 2 == 0 && chance(b.random(), 50)) {
    parts = {extent / 2, extent / 2};
    if (b.opset() >= 18) attributes.emplace_back("num_outputs", int64_t{2});
  } else {
    const int64_t head = between(b.random(), 1, extent - 1);
    parts = {head, extent - head};
    if (parts[1] > 1 && chance(b.random(), 40)) parts = {head, 1, extent - head - 1};
    sizes = b.integers(parts);
  }
  std::vector<Made> outputs;
  for (const int64_t part : parts) {
    outputs.push_back(like(x, x.shape));
    outputs.back().shape[*axis] = part;
  }
  b.node("Split", {x, sizes}, outputs, std::move(attributes));
}

void add_slice(GraphBuilder& b) {
  const Known x = b.pick(kAny, 1);
  const auto axis = b.random_axis(x);
  if (!axis || x.shape[*axis] == 0) return;
  const int64_t extent = x.shape[*axis];
  Shape shape = x.shape;
  int64_t start = 0, end = 0, step = 0;
  if (chance(b.random(), 30)) {
    step = -between(b.random(), 1, 2);
    start = between(b.random(), 0, extent - 1);
    end = -extent - 1;  // before the first element
    shape[*axis] = start / -step + 1;
  } else {
    step = between(b.random(), 1, 2);
    start = between(b.random(), 0, extent - 1);
    const int64_t stop = between(b.random(), start + (chance(b.random(), 95) ? 1 : 0), extent);
    shape[*axis] = (stop - start + step - 1) / step;
    end = stop == extent && chance(b.random(), 50) ? int64_t{1} << 40 : stop;
    if (chance(b.random(), 30)) start -= extent;
  }
  const Known steps = step != 1 || chance(b.random(), 50) ? b.integers({step}) : Known{};
  b.node1("Slice", {x, b.integers({start}), b.integers({end}), b.integers({*axis}), steps}, like(x, shape));
}

void add_gather(GraphBuilder& b) {
  const Known x = b.pick(kAny, 1);
  const auto axis = b.random_axis(x);
  if (!axis || x.shape[*axis] == 0) return;
  const Shape places = chance(b.random(), 40) ? Shape{} : Shape{between(b.random(), 1, 3)};
  const Known indices =
      b.constant(chance(b.random(), 70) ? DType::kI64 : DType::kI32, places, {-x.shape[*axis], x.shape[*axis] - 1});
  Shape shape = x.shape;
  shape.erase(*axis);
  if (places.rank() == 1) shape.insert(*axis, places[0]);
  Attributes attributes;
  if (*axis != 0 || chance(b.random(), 50)) attributes.emplace_back("axis", int64_t{*axis});
  b.node1("Gather", {x, indices}, like(x, shape), std::move(attributes));
}

void add_pad(GraphBuilder& b) {
  const Known x = b.pick(kNumbers, 1);
  std::vector<int64_t> pads(2 * x.rank(), 0);
  Shape shape = x.shape;
  for (uint32_t i = x.first_axis(); i < x.rank(); ++i) {
    for (const uint32_t at : {i, i + x.rank()}) {
      if (chance(b.random(), 40)) pads[at] = between(b.random(), 1, 2);
      shape[i] += pads[at];
    }
  }
  if (shape.num_elements() > kMaxElements) return;
  const Known filling = chance(b.random(), 50) ? b.scalar(x.dtype, 1) : Known{};
  Made output = like(x, shape);
  output.range = {std::min<int64_t>(x.range.low, 0), std::max<int64_t>(x.range.high, 1)};
  b.node1("Pad", {x, b.integers(pads), filling}, output);
}

void add_shape(GraphBuilder& b) {
  const Known x = b.pick(kAny, 1);
  b.node1("Shape", {x}, {DType::kI64, {x.rank()}, false, {0, 64}});
}

}  // namespace mortise::conformance::graph_op
