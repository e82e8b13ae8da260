// SPDX-License-Identifier: Apache-2.0
//
// DepthToSpace and SpaceToDepth: transpositions of an image cut into blocks, of any element type.
#include <algorithm>

#include "../registry.h"
#include "copy_call.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::neon {
namespace {

enum class Order { kDepthFirst, kColumnFirst, kToDepth };  // DCR, CRD, SpaceToDepth

class Blocks final : public Op {
 public:
  Blocks(Order order, int64_t block, uint64_t element_bytes) : order_(order), block_(block), bytes_(element_bytes) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    const Shape& x = in[0];
    const int64_t b = block_;
    // Of an empty image an extent may be anything: below this no product overflows.
    constexpr int64_t kLargest = int64_t{1} << 30;
    if (std::any_of(x.begin(), x.end(), [](int64_t extent) { return extent > kLargest; })) {
      return invalid_argument("the image ", to_string(x), " is too large");
    }
    if (x.rank() != 4) return invalid_argument("the image ", to_string(x), " has not rank 4");
    if (order_ == Order::kToDepth) {
      if (x[2] % b != 0 || x[3] % b != 0) return invalid_argument(to_string(x), " cannot be cut into blocks of ", b);
      out[0] = {x[0], x[1] * b * b, x[2] / b, x[3] / b};
    } else {
      if (x[1] % (b * b) != 0) return invalid_argument(x[1], " channels cannot become blocks of ", b, " x ", b);
      out[0] = {x[0], x[1] / (b * b), x[2] * b, x[3] * b};
    }
    return {};
  }

  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override {
    const bool to_depth = order_ == Order::kToDepth;
    const Shape& deep = to_depth ? out[0] : in[0];
    const Shape& wide = to_depth ? in[0] : out[0];
    const Shape deep_strides = sdk::strides_of(deep), wide_strides = sdk::strides_of(wide);
    const int64_t b = block_, plane = deep_strides[1];
    // How far apart the blocks' rows, their columns and the channels are in the deep image.
    const int64_t channel = order_ == Order::kColumnFirst ? b * b * plane : plane;
    const int64_t row = order_ == Order::kColumnFirst ? b * plane : b * wide[1] * plane, column = row / b;
    std::vector<CopyAxis> axes;
    const auto add = [&](int64_t extent, int64_t in_deep, int64_t in_wide) {
      axes.push_back(to_depth ? CopyAxis{extent, in_wide, in_deep} : CopyAxis{extent, in_deep, in_wide});
    };
    add(wide[0], deep_strides[0], wide_strides[0]);
    add(wide[1], channel, wide_strides[1]);
    add(deep[2], deep_strides[2], b * wide_strides[2]);
    add(b, row, wide_strides[2]);
    add(deep[3], 1, b);
    add(b, column, 1);
    add_copy(call, bytes_, axes, {0, 0}, {0, 0});
  }

 private:
  const Order order_;
  const int64_t block_;
  const uint64_t bytes_;
};

Lowered make(NodeReader& node, Order order) {
  const uint64_t bytes = movable_operand(node, 0);
  node.result(0, {});
  const int64_t block = node.get_int("blocksize", 0);
  if (block < 1 || block > 65536) node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "blocksize ", block, " is impossible");
  return node.make<Blocks>(order, block, bytes);
}

}  // namespace

Lowered lower_depth_to_space(NodeReader& node) {
  const std::string_view mode = node.node().get_string("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "mode '", mode, "' is not known");
  return make(node, mode == "DCR" ? Order::kDepthFirst : Order::kColumnFirst);
}
Lowered lower_space_to_depth(NodeReader& node) { return make(node, Order::kToDepth); }

}  // namespace mortise::neon
