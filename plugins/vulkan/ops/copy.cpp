// SPDX-License-Identifier: Apache-2.0
//
// Operators that move elements without changing them.
#include "copy.h"

#include <algorithm>
#include <numeric>

#include "../strided.h"
#include "mortise/provider.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::vulkan {
namespace {

constexpr uint32_t kMaxCopiedRank = 8;  // of shaders/copy.comp

}  // namespace

int64_t words_of(const Lowering& l, TensorId tensor) { return info(l.tensor(tensor).dtype).bits / 32; }

void add_copy(Lowering& l, TensorId to, TensorId from, StridedCopy copy) {
  // An element of two words is an axis more.
  const int64_t words = words_of(l, from);
  Shape strides[] = {copy.from_strides, copy.to_strides};
  for (Shape& s : strides) {
    for (int64_t& stride : s) stride *= words;
    s.push_back(1);
  }
  copy.dims.push_back(words);
  merge_axes(copy.dims, strides);
  if (copy.dims.rank() > kMaxCopiedRank) l.refuse(MORTISE_REFUSAL_RANK, "more than ", kMaxCopiedRank, " axes");
  const auto count = static_cast<uint64_t>(copy.dims.num_elements());
  Step& step = l.add(Shader::copy, {Lowering::kGroup}, {to}, {from});
  step.push = {static_cast<uint32_t>(count), copy.dims.rank()};
  for (const auto& [values, otherwise] :
       {std::pair(&copy.dims, 1u), std::pair(&strides[0], 0u), std::pair(&strides[1], 0u)}) {
    for (uint32_t i = 0; i < kMaxCopiedRank; ++i) {
      step.push.push_back(i < values->rank() ? static_cast<uint32_t>((*values)[i]) : otherwise);
    }
  }
  step.push.push_back(static_cast<uint32_t>(copy.from_offset * words));
  step.push.push_back(static_cast<uint32_t>(copy.to_offset * words));
  l.cover(step, count);
}

namespace ops {
namespace {

// The input and the output, of one type.
std::pair<TensorId, TensorId> ends(Lowering& l) {
  const TensorId x = l.input(0, kWordTypes);
  return {x, l.output(0, {l.tensor(x).dtype})};
}

void require_dims(const Lowering& l, TensorId y, const Shape& expected) {
  if (l.dims(y) != expected) l.refuse(MORTISE_REFUSAL_SHAPE, "the output is ", to_string(l.dims(y)));
}

// The input seen as `seen`, with its axes in the order `order`.
void permute(Lowering& l, TensorId y, TensorId x, const Shape& seen, std::span<const int64_t> order) {
  const Shape strides = sdk::strides_of(seen);
  StridedCopy copy;
  for (const int64_t axis : order) {
    copy.dims.push_back(seen[static_cast<uint64_t>(axis)]);
    copy.from_strides.push_back(strides[static_cast<uint64_t>(axis)]);
  }
  if (copy.dims.num_elements() != l.dims(y).num_elements()) l.refuse(MORTISE_REFUSAL_SHAPE, "the shapes do not match");
  copy.to_strides = sdk::strides_of(copy.dims);
  add_copy(l, y, x, std::move(copy));
}

}  // namespace

void transpose(Lowering& l) {
  const auto [x, y] = ends(l);
  const Shape dims = l.dims(x);
  std::vector<int64_t> order(dims.rank());
  std::iota(order.rbegin(), order.rend(), 0);
  if (const auto given = l.node().get_ints("perm"); !given.empty()) {
    const Shape axes = l.take(sdk::normalise_axes(given, dims.rank(), "perm"));
    if (axes.rank() != dims.rank()) l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "perm has not one entry per axis");
    order.assign(axes.begin(), axes.end());
  }
  permute(l, y, x, dims, order);
}

void depth_to_space(Lowering& l) {
  const auto [x, y] = ends(l);
  const Shape d = l.dims(x);
  const int64_t b = l.node().get_int("blocksize", 0);
  if (d.rank() != 4 || b < 1 || d[1] % b != 0 || d[1] / b % b != 0) l.refuse(MORTISE_REFUSAL_SHAPE, "odd blocks");
  const int64_t c = d[1] / b / b;
  if (l.node().get_string("mode", "DCR") == "CRD") {
    permute(l, y, x, {d[0], c, b, b, d[2], d[3]}, std::array<int64_t, 6>{0, 1, 4, 2, 5, 3});
  } else {
    permute(l, y, x, {d[0], b, b, c, d[2], d[3]}, std::array<int64_t, 6>{0, 3, 4, 1, 5, 2});
  }
}

void space_to_depth(Lowering& l) {
  const auto [x, y] = ends(l);
  const Shape d = l.dims(x);
  const int64_t b = l.node().get_int("blocksize", 0);
  if (d.rank() != 4 || b < 1 || d[2] % b != 0 || d[3] % b != 0) l.refuse(MORTISE_REFUSAL_SHAPE, "odd blocks");
  permute(l, y, x, {d[0], d[1], d[2] / b, b, d[3] / b, b}, std::array<int64_t, 6>{0, 3, 5, 1, 2, 4});
}

void expand(Lowering& l) {
  const auto [x, y] = ends(l);
  const Shape &from = l.dims(x), &to = l.dims(y);
  bool fits = from.rank() <= to.rank();
  for (uint32_t i = 1; fits && i <= from.rank(); ++i) {
    fits = from[from.rank() - i] == 1 || from[from.rank() - i] == to[to.rank() - i];
  }
  if (!fits) l.refuse(MORTISE_REFUSAL_SHAPE, to_string(from), " is not broadcast to ", to_string(to));
  add_copy(l, y, x, {.dims = to, .from_strides = broadcast_strides(from, to), .to_strides = sdk::strides_of(to)});
}

void concat(Lowering& l) {
  const TensorId y = l.output(0, kWordTypes);
  const uint32_t axis = l.axis(l.node().get_int("axis", 1), l.dims(y).rank());
  const Shape to_strides = sdk::strides_of(l.dims(y));
  int64_t offset = 0;
  for (uint32_t i = 0; i < l.node().inputs().size(); ++i) {
    const TensorId x = l.input(i, {l.tensor(y).dtype});
    const Shape dims = l.dims(x);
    if (dims.rank() != to_strides.rank()) l.refuse(MORTISE_REFUSAL_SHAPE, "the inputs have different ranks");
    for (uint32_t a = 0; a < dims.rank(); ++a) {
      if (a != axis && dims[a] != l.dims(y)[a]) l.refuse(MORTISE_REFUSAL_SHAPE, "the inputs do not go together");
    }
    add_copy(l, y, x,
             {.dims = dims,
              .from_strides = sdk::strides_of(dims),
              .to_strides = to_strides,
              .to_offset = offset * to_strides[axis]});
    offset += dims[axis];
  }
  if (offset != l.dims(y)[axis]) l.refuse(MORTISE_REFUSAL_SHAPE, "the output is ", to_string(l.dims(y)));
}

void split(Lowering& l) {
  const TensorId x = l.input(0, kWordTypes);
  const Shape from = l.dims(x), from_strides = sdk::strides_of(from);
  const uint32_t axis = l.axis(l.node().get_int("axis", 0), from.rank());
  int64_t offset = 0;
  for (uint32_t i = 0; i < l.node().outputs().size(); ++i) {
    const TensorId y = l.output(i, {l.tensor(x).dtype});
    const Shape dims = l.dims(y);
    Shape rest = from;
    if (dims.rank() == from.rank()) rest[axis] = dims[axis];
    if (dims != rest) l.refuse(MORTISE_REFUSAL_SHAPE, "output ", i, " is ", to_string(dims));
    add_copy(l, y, x,
             {.dims = dims,
              .from_strides = from_strides,
              .to_strides = sdk::strides_of(dims),
              .from_offset = offset * from_strides[axis]});
    offset += dims[axis];
  }
  if (offset != from[axis]) l.refuse(MORTISE_REFUSAL_SHAPE, "the outputs do not cover the input");
}

void slice(Lowering& l) {
  const auto [x, y] = ends(l);
  const Shape dims = l.dims(x), strides = sdk::strides_of(dims);
  const bool by_inputs = l.node().since_version() >= 10;
  const auto list = [&](std::string_view name, uint32_t index) -> std::vector<int64_t> {
    if (by_inputs) return l.node().has_input(index) ? l.ints(index) : std::vector<int64_t>();
    const auto given = l.node().get_ints(name);
    return {given.begin(), given.end()};
  };
  const auto starts = list("starts", 1), ends_ = list("ends", 2);
  auto axes = list("axes", 3), steps = by_inputs ? list("steps", 4) : std::vector<int64_t>();
  if (axes.empty()) {
    axes.resize(starts.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (steps.empty()) steps.assign(starts.size(), 1);
  const Shape chosen = l.take(sdk::normalise_axes(axes, dims.rank()));
  if (ends_.size() != starts.size() || chosen.rank() != starts.size() || steps.size() != starts.size()) {
    l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "starts, ends, axes and steps are not of one length");
  }
  StridedCopy copy{.dims = dims, .from_strides = strides, .to_strides = {}};
  for (uint32_t i = 0; i < starts.size(); ++i) {
    if (steps[i] == 0) l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "a step of 0");
    const auto axis = static_cast<uint64_t>(chosen[i]);
    const auto range = sdk::slice_axis(dims[axis], starts[i], ends_[i], steps[i]);
    copy.dims[axis] = range.count;
    copy.from_strides[axis] = range.step * strides[axis];
    copy.from_offset += range.start * strides[axis];
  }
  require_dims(l, y, copy.dims);
  copy.to_strides = sdk::strides_of(copy.dims);
  add_copy(l, y, x, std::move(copy));
}

void gather(Lowering& l) {
  const auto [x, y] = ends(l);
  const TensorId indices = l.input(1, {DType::kI64, DType::kI32});
  const Shape dims = l.dims(x);
  const uint32_t axis = l.axis(l.node().get_int("axis", 0), dims.rank());
  const auto split = sdk::split_at(dims, axis);
  const int64_t count = l.dims(indices).num_elements(), inner = split.inner * words_of(l, x);
  if (l.dims(y).num_elements() != split.outer * count * split.inner) {
    l.refuse(MORTISE_REFUSAL_SHAPE, "the output is ", to_string(l.dims(y)));
  }
  // A shader cannot report an index that is out of range, so all are looked at here.
  for (const int64_t index : l.ints(1)) {
    if (index < -split.extent || index >= split.extent) {
      l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "index ", index, " is out of range for ", split.extent);
    }
  }
  Step& step = l.add(Shader::gather, {Lowering::kGroup}, {y}, {x, indices});
  const int64_t words = split.outer * count * inner;
  for (const int64_t number : {words, split.extent, inner, count, words_of(l, indices)}) {
    step.push.push_back(static_cast<uint32_t>(number));
  }
  l.cover(step, static_cast<uint64_t>(words));
}

}  // namespace ops
}  // namespace mortise::vulkan
