// SPDX-License-Identifier: Apache-2.0
//
// Concat and Split along one axis, of any element type.
#include "../registry.h"
#include "copy_call.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::neon {
namespace {

// `part` to or from its place in `whole`, `at` elements into the axis.
struct Part {
  std::vector<CopyAxis> axes;
  int64_t offset;  // in `whole`
};
Part part_of(const Shape& whole, const Shape& part, uint32_t axis, int64_t at, bool into_whole) {
  const Shape of_whole = sdk::strides_of(whole), of_part = sdk::strides_of(part);
  Part made{{}, at * of_whole[axis]};
  for (uint32_t i = 0; i < part.rank(); ++i) {
    made.axes.push_back({part[i], into_whole ? of_part[i] : of_whole[i], into_whole ? of_whole[i] : of_part[i]});
  }
  return made;
}

class Concat final : public Op {
 public:
  Concat(int64_t axis, uint64_t element_bytes) : axis_(axis), bytes_(element_bytes) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    MORTISE_ASSIGN(const uint32_t axis, sdk::normalise_axis(axis_, in[0].rank()));
    out[0] = in[0];
    for (const Shape& part : in.subspan(1)) {
      Shape expected = in[0];
      if (part.rank() == expected.rank()) expected[axis] = part[axis];
      if (part != expected) return invalid_argument(to_string(in[0]), " and ", to_string(part), " do not go together");
      if (__builtin_add_overflow(out[0][axis], part[axis], &out[0][axis]))
        return invalid_argument("the sum is too big");
    }
    return {};
  }
  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override {
    const uint32_t axis = sdk::normalise_axis(axis_, in[0].rank()).value();
    int64_t at = 0;
    for (size_t i = 0; i < in.size(); ++i) {
      const Part part = part_of(out[0], in[i], axis, at, true);
      add_copy(call, bytes_, part.axes, {i, 0}, {0, part.offset});
      at += in[i][axis];
    }
  }

 private:
  const int64_t axis_;
  const uint64_t bytes_;
};

class Split final : public Op {
 public:
  // sizes: of the parts; empty: equal ones, the last one shorter.
  Split(int64_t axis, std::vector<int64_t> sizes, uint64_t element_bytes)
      : axis_(axis), sizes_(std::move(sizes)), bytes_(element_bytes) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    MORTISE_ASSIGN(const uint32_t axis, sdk::normalise_axis(axis_, in[0].rank()));
    const auto parts = static_cast<int64_t>(out.size());
    const int64_t equal = in[0][axis] / parts + (in[0][axis] % parts != 0 ? 1 : 0);
    int64_t left = in[0][axis];
    for (size_t i = 0; i < out.size(); ++i) {
      const int64_t size = sizes_.empty() ? std::min(equal, left) : sizes_[i];
      if (size < 0 || size > left)
        return invalid_argument("the parts are larger than axis ", axis, " of ", to_string(in[0]));
      out[i] = in[0];
      out[i][axis] = size;
      left -= size;
    }
    return left == 0 ? Status() : invalid_argument("the parts do not fill axis ", axis, " of ", to_string(in[0]));
  }
  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override {
    const uint32_t axis = sdk::normalise_axis(axis_, in[0].rank()).value();
    int64_t at = 0;
    for (size_t i = 0; i < out.size(); ++i) {
      const Part part = part_of(in[0], out[i], axis, at, false);
      add_copy(call, bytes_, part.axes, {0, part.offset}, {i, 0});
      at += out[i][axis];
    }
  }

 private:
  const int64_t axis_;
  const std::vector<int64_t> sizes_;
  const uint64_t bytes_;
};

}  // namespace

Lowered lower_concat(NodeReader& node) {
  if (node.num_inputs() == 0) node.refuse(MORTISE_REFUSAL_OTHER, "it has no inputs");
  const uint64_t bytes = movable_operand(node, 0);
  const DType dtype = node.input_value(0).dtype();
  for (uint32_t i = 1; i < node.num_inputs(); ++i) node.operand(i, {dtype});
  node.result(0, {dtype});
  return node.make<Concat>(node.get_int("axis", 1), bytes);
}

Lowered lower_split(NodeReader& node) {
  const uint64_t bytes = movable_operand(node, 0);
  for (uint32_t i = 0; i < node.num_outputs(); ++i) node.result(i, {node.input_value(0).dtype()});
  if (node.num_outputs() == 0) node.refuse(MORTISE_REFUSAL_OTHER, "it has no outputs");
  std::vector<int64_t> sizes;
  if (node.version() < 13) {
    sizes = node.get_ints("split");
  } else if (node.has_input(1)) {
    sizes = node.integers(1);
  }
  if (!sizes.empty() && sizes.size() != node.num_outputs()) {
    node.refuse(MORTISE_REFUSAL_SHAPE, sizes.size(), " sizes for ", node.num_outputs(), " outputs");
  }
  return node.make<Split>(node.get_int("axis", 0), std::move(sizes), bytes);
}

}  // namespace mortise::neon
