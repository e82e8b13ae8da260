// SPDX-License-Identifier: Apache-2.0
//
// Reshape, Flatten, Squeeze, Unsqueeze, Identity, Dropout (which does nothing outside training): the same elements under
// another shape.
#include <functional>

#include "../registry.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::neon {
namespace {

using Infer = std::function<Result<Shape>(const Shape&)>;

class View final : public Op {
 public:
  explicit View(Infer infer) : infer_(std::move(infer)) {}
  bool is_view() const override { return true; }
  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    MORTISE_ASSIGN(out[0], infer_(in[0]));
    if (checked_num_elements(in[0]) != checked_num_elements(out[0])) {
      return invalid_argument(to_string(in[0]), " cannot become ", to_string(out[0]));
    }
    return {};
  }
  void plan(std::span<const Shape>, std::span<const Shape>, Call&) const override {}

 private:
  const Infer infer_;
};

Lowered make_view(NodeReader& node, Infer infer) {
  node.operand(0, {});
  node.result(0, {});
  return node.make<View>(std::move(infer));
}

Result<Shape> reshaped(const Shape& x, const std::vector<int64_t>& wanted, bool zero_is_an_extent) {
  Shape y;
  int64_t known = 1, unknown = -1;
  for (size_t i = 0; i < wanted.size(); ++i) {
    int64_t extent = wanted[i];
    if (extent == 0 && !zero_is_an_extent) {
      if (i >= x.rank()) return invalid_argument("extent 0 at axis ", i, " has no axis of ", to_string(x), " to copy");
      extent = x[i];
    }
    if (extent == -1 && unknown < 0) {
      unknown = static_cast<int64_t>(i);
    } else if (extent < 0 || __builtin_mul_overflow(known, extent, &known)) {
      return invalid_argument("the shape ", to_string(Shape(std::span(wanted))), " is impossible");
    }
    y.push_back(extent);
  }
  if (unknown >= 0) y[static_cast<uint64_t>(unknown)] = known == 0 ? 0 : x.num_elements() / known;
  return y;
}

// The axes of Squeeze and Unsqueeze: an attribute before version 13, then an input.
std::vector<int64_t> axes_of(const NodeReader& node) {
  if (node.version() < 13) return node.get_ints("axes");
  return node.has_input(1) ? node.integers(1) : std::vector<int64_t>();
}

}  // namespace

Lowered lower_reshape(NodeReader& node) {
  return make_view(node, [wanted = node.integers(1), zero = node.get_int("allowzero", 0) != 0](const Shape& x) {
    return reshaped(x, wanted, zero);
  });
}

Lowered lower_flatten(NodeReader& node) {
  return make_view(node, [axis = node.get_int("axis", 1)](const Shape& x) -> Result<Shape> {
    const int64_t rank = x.rank(), at = axis < 0 ? axis + rank : axis;
    if (at < 0 || at > rank) return invalid_argument("axis ", axis, " is out of range for rank ", rank);
    const auto split = static_cast<uint32_t>(at);
    return Shape{x.product(0, split), x.product(split, x.rank())};
  });
}

Lowered lower_squeeze(NodeReader& node) {
  return make_view(node, [axes = axes_of(node)](const Shape& x) -> Result<Shape> {
    MORTISE_ASSIGN(const Shape given, sdk::normalise_axes(axes, x.rank()));
    Shape y;
    for (uint32_t i = 0; i < x.rank(); ++i) {
      const bool named = std::find(given.begin(), given.end(), i) != given.end();
      if (named && x[i] != 1) return invalid_argument("axis ", i, " of ", to_string(x), " has not extent 1");
      if (!named && (x[i] != 1 || !given.empty())) y.push_back(x[i]);
    }
    return y;
  });
}

Lowered lower_unsqueeze(NodeReader& node) {
  if (!(node.version() < 13 ? node.node().has("axes") : node.has_input(1))) {
    node.refuse(MORTISE_REFUSAL_OTHER, "axes are missing");
  }
  return make_view(node, [axes = axes_of(node)](const Shape& x) -> Result<Shape> {
    MORTISE_ASSIGN(const Shape given, sdk::normalise_axes(axes, x.rank() + axes.size()));
    Shape y;
    uint32_t next = 0;
    for (uint32_t i = 0; i < x.rank() + given.rank(); ++i) {
      y.push_back(std::find(given.begin(), given.end(), i) != given.end() ? 1 : x[next++]);
    }
    return y;
  });
}

Lowered lower_identity(NodeReader& node) {
  return make_view(node, [](const Shape& x) -> Result<Shape> { return x; });
}

Lowered lower_dropout(NodeReader& node) {
  if (node.has_output(1)) node.refuse(MORTISE_REFUSAL_OTHER, "the output of the mask is not supported");
  if (node.version() < 7 && node.get_int("is_test", 0) == 0) {
    node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "training is not supported");
  }
  if (node.has_input(2)) {
    const sdk::TensorView training = node.constant(2);
    if (training.size_bytes() != 1 || *training.data<uint8_t>().data() != 0) {
      node.refuse(MORTISE_REFUSAL_OTHER, "training is not supported");
    }
  }
  return lower_identity(node);
}

}  // namespace mortise::neon
