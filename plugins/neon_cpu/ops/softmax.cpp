// SPDX-License-Identifier: Apache-2.0
//
// Softmax and LogSoftmax: along one axis since version 13; before, over all axes from `axis` on together.
#include "../kernels/normalize.h"
#include "../registry.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::neon {
namespace {

class Softmax final : public Op {
 public:
  Softmax(SoftmaxKind kind, int64_t axis, bool one_axis) : kind_(kind), axis_(axis), one_axis_(one_axis) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    MORTISE_TRY(shape_of(in[0]).status());
    out[0] = in[0];
    return {};
  }
  void plan(std::span<const Shape> in, std::span<const Shape>, Call& call) const override {
    const SoftmaxShape shape = shape_of(in[0]).value();
    call.split(softmax_work(shape), [kind = kind_, shape](const Operands& o, uint64_t begin, uint64_t end) {
      softmax(kind, shape, o.in<float>(0), o.out<float>(), begin, end, o.scratch);
    });
  }

 private:
  Result<SoftmaxShape> shape_of(const Shape& x) const {
    const int64_t rank = x.rank(), axis = axis_ < 0 ? axis_ + rank : axis_;
    if (rank == 0) return SoftmaxShape{1, 1, 1};
    // Taking axes together, axis == rank is a row of one element.
    if (axis < 0 || axis > rank || (one_axis_ && axis == rank)) {
      return invalid_argument("axis ", axis_, " is out of range for rank ", rank);
    }
    const auto at = static_cast<uint32_t>(axis);
    const sdk::AxisSplit split = sdk::split_at(x, at, one_axis_ ? at + 1 : x.rank());
    return SoftmaxShape{static_cast<uint64_t>(split.outer), static_cast<uint64_t>(split.extent),
                        static_cast<uint64_t>(split.inner)};
  }
  const SoftmaxKind kind_;
  const int64_t axis_;
  const bool one_axis_;
};

Lowered make(NodeReader& node, SoftmaxKind kind) {
  node.operand(0);
  node.result();
  const bool one_axis = node.version() >= 13;
  return node.make<Softmax>(kind, node.get_int("axis", one_axis ? -1 : 1), one_axis);
}

}  // namespace

Lowered lower_softmax(NodeReader& node) { return make(node, SoftmaxKind::kSoftmax); }
Lowered lower_log_softmax(NodeReader& node) { return make(node, SoftmaxKind::kLogSoftmax); }

}  // namespace mortise::neon
