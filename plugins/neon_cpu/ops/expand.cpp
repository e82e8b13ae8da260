// SPDX-License-Identifier: Apache-2.0
//
// Expand to a constant shape, and Tile by constant repeats, of any element type.
#include "../broadcast.h"
#include "../registry.h"
#include "copy_call.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::neon {
namespace {

class Expand final : public Op {
 public:
  Expand(Shape target, uint64_t element_bytes) : target_(std::move(target)), bytes_(element_bytes) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    const Shape both[] = {in[0], target_};
    MORTISE_ASSIGN(out[0], broadcast(both));
    return {};
  }
  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override {
    const Shape from = broadcast_strides(in[0], out[0]), to = sdk::strides_of(out[0]);
    std::vector<CopyAxis> axes;
    for (uint32_t i = 0; i < to.rank(); ++i) axes.push_back({out[0][i], from[i], to[i]});
    add_copy(call, bytes_, axes, {0, 0}, {0, 0});
  }

 private:
  const Shape target_;
  const uint64_t bytes_;
};

class Tile final : public Op {
 public:
  Tile(std::vector<int64_t> repeats, uint64_t element_bytes) : repeats_(std::move(repeats)), bytes_(element_bytes) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    if (repeats_.size() != in[0].rank()) return invalid_argument(repeats_.size(), " repeats for ", to_string(in[0]));
    out[0] = in[0];
    for (uint32_t i = 0; i < out[0].rank(); ++i) {
      if (repeats_[i] < 0 || __builtin_mul_overflow(in[0][i], repeats_[i], &out[0][i])) {
        return invalid_argument("axis ", i, " cannot be repeated ", repeats_[i], " times");
      }
    }
    return {};
  }
  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override {
    const Shape from = sdk::strides_of(in[0]), to = sdk::strides_of(out[0]);
    std::vector<CopyAxis> axes;
    for (uint32_t i = 0; i < to.rank(); ++i) {
      axes.push_back({repeats_[i], 0, to[i] * in[0][i]});
      axes.push_back({in[0][i], from[i], to[i]});
    }
    add_copy(call, bytes_, axes, {0, 0}, {0, 0});
  }

 private:
  const std::vector<int64_t> repeats_;
  const uint64_t bytes_;
};

}  // namespace

Lowered lower_expand(NodeReader& node) {
  const uint64_t bytes = movable_operand(node, 0);
  node.result(0, {});
  const std::vector<int64_t> target = node.integers(1);
  if (target.size() > kMaxCopyRank) node.refuse(MORTISE_REFUSAL_RANK, "a shape of rank ", target.size());
  return node.make<Expand>(Shape(std::span(target)), bytes);
}

Lowered lower_tile(NodeReader& node) {
  // Every axis becomes two.
  const uint64_t bytes = movable_operand(node, 0, kMaxCopyRank / 2);
  node.result(0, {});
  return node.make<Tile>(node.integers(1), bytes);
}

}  // namespace mortise::neon
