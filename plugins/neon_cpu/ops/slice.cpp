// SPDX-License-Identifier: Apache-2.0
//
// Slice, with constant bounds (attributes before version 10), of any element type.
#include "../registry.h"
#include "copy_call.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::neon {
namespace {

struct Bounds {
  std::vector<int64_t> starts, ends, axes, steps;  // axes and steps may be empty
};

class Slice final : public Op {
 public:
  Slice(Bounds bounds, uint64_t element_bytes) : bounds_(std::move(bounds)), bytes_(element_bytes) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    MORTISE_ASSIGN(const auto ranges, ranges_of(in[0]));
    for (const sdk::SliceRange& range : ranges) out[0].push_back(range.count);
    return {};
  }
  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override {
    const auto ranges = ranges_of(in[0]).value();
    const Shape from = sdk::strides_of(in[0]), to = sdk::strides_of(out[0]);
    std::vector<CopyAxis> axes;
    int64_t offset = 0;
    for (uint32_t i = 0; i < from.rank(); ++i) {
      offset += ranges[i].start * from[i];
      axes.push_back({ranges[i].count, ranges[i].step * from[i], to[i]});
    }
    add_copy(call, bytes_, axes, {0, offset}, {0, 0});
  }

 private:
  Result<std::vector<sdk::SliceRange>> ranges_of(const Shape& x) const {
    std::vector<sdk::SliceRange> ranges;
    for (const int64_t extent : x) ranges.push_back({0, extent, 1});
    std::vector<int64_t> axes = bounds_.axes;
    if (axes.empty()) {
      for (size_t i = 0; i < bounds_.starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
    }
    MORTISE_ASSIGN(const Shape chosen, sdk::normalise_axes(axes, x.rank()));
    for (uint32_t i = 0; i < chosen.rank(); ++i) {
      const auto axis = static_cast<uint64_t>(chosen[i]);
      ranges[axis] =
          sdk::slice_axis(x[axis], bounds_.starts[i], bounds_.ends[i], bounds_.steps.empty() ? 1 : bounds_.steps[i]);
    }
    return ranges;
  }
  const Bounds bounds_;
  const uint64_t bytes_;
};

}  // namespace

Lowered lower_slice(NodeReader& node) {
  const uint64_t bytes = movable_operand(node, 0);
  node.result(0, {});
  Bounds bounds;
  if (node.version() < 10) {
    bounds = {node.get_ints("starts"), node.get_ints("ends"), node.get_ints("axes"), {}};
  } else {
    bounds.starts = node.integers(1);
    bounds.ends = node.integers(2);
    if (node.has_input(3)) bounds.axes = node.integers(3);
    if (node.has_input(4)) bounds.steps = node.integers(4);
  }
  const size_t count = bounds.starts.size();
  const auto fits = [&](const auto& list) { return list.empty() || list.size() == count; };
  if (bounds.ends.size() != count || !fits(bounds.axes) || !fits(bounds.steps)) {
    node.refuse(MORTISE_REFUSAL_SHAPE, "starts, ends, axes and steps have different lengths");
  }
  if (std::find(bounds.steps.begin(), bounds.steps.end(), 0) != bounds.steps.end()) {
    node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "a step is 0");
  }
  return node.make<Slice>(std::move(bounds), bytes);
}

}  // namespace mortise::neon
