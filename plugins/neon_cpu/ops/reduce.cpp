// SPDX-License-Identifier: Apache-2.0
//
// ReduceSum, ReduceMean, ... : reductions over any axes, which are constant.
//
// Axes that lie beside each other are one for the kernel; others take one phase after the other.
#include <algorithm>
#include <limits>

#include "../kernels/reduce.h"
#include "../registry.h"
#include "halves.h"
#include "mortise/sdk/onnx/axes.h"

namespace mortise::neon {
namespace {

// What the first, a middle and the last phase compute, so that all together they give the reduction.
struct Phases {
  Reduction first, middle, last;
};
Phases phases_of(Reduction reduction) {
  switch (reduction) {
    case Reduction::kL1:
      return {Reduction::kL1, Reduction::kSum, Reduction::kSum};
    case Reduction::kSumSquare:
      return {Reduction::kSumSquare, Reduction::kSum, Reduction::kSum};
    case Reduction::kLogSum:
      return {Reduction::kSum, Reduction::kSum, Reduction::kLogSum};
    default:  // the norm of norms is the norm, and so on
      return {reduction, reduction, reduction};
  }
}

// Of no elements, where the kernel needs one.
std::optional<float> of_nothing(Reduction reduction) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  switch (reduction) {
    case Reduction::kMax:
    case Reduction::kLogSumExp:
      return -kInfinity;
    case Reduction::kMin:
      return kInfinity;
    case Reduction::kMean:
      return std::numeric_limits<float>::quiet_NaN();
    default:
      return std::nullopt;
  }
}

class Reduce final : public Op {
 public:
  // axes empty: all.
  Reduce(Reduction reduction, std::vector<int64_t> axes, bool keep)
      : reduction_(reduction), axes_(std::move(axes)), keep_(keep) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override {
    MORTISE_ASSIGN(const Shape axes, reduced(in[0].rank()));
    for (uint32_t i = 0; i < in[0].rank(); ++i) {
      const bool goes = std::find(axes.begin(), axes.end(), i) != axes.end();
      if (!goes || keep_) out[0].push_back(goes ? 1 : in[0][i]);
    }
    return {};
  }

  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override {
    const Shape axes = reduced(in[0].rank()).value();
    const auto empty = of_nothing(reduction_);
    if (empty && in[0].num_elements() == 0) {
      call.split(static_cast<uint64_t>(out[0].num_elements()), 0.2,
                 [value = *empty](const Operands& o, uint64_t begin, uint64_t end) {
                   std::fill(o.out<float>() + begin, o.out<float>() + end, value);
                 });
      return;
    }
    const std::vector<ReduceShape> shapes = runs(in[0], axes);
    Halves halves{.phases = shapes.size()};
    for (size_t i = 0; i + 1 < shapes.size(); ++i) {
      halves.largest = std::max(halves.largest, shapes[i].outer * shapes[i].inner);
    }
    call.temporary_bytes = halves.temporary_bytes();
    const Phases phases = phases_of(reduction_);
    for (size_t i = 0; i < shapes.size(); ++i) {
      const bool is_first = i == 0, is_last = i + 1 == shapes.size();
      const Reduction reduction = is_last && (!is_first || reduction_ == Reduction::kLogSum) ? phases.last
                                  : is_first                                                 ? phases.first
                                                                                             : phases.middle;
      call.split(reduce_work(reduction, shapes[i]),
                 [=, shape = shapes[i]](const Operands& o, uint64_t begin, uint64_t end) {
                   reduce(reduction, shape, halves.from(o, i), halves.to(o, i), begin, end, o.scratch);
                 });
    }
  }

 private:
  Result<Shape> reduced(uint32_t rank) const {
    if (!axes_.empty()) return sdk::normalise_axes(axes_, rank);
    Shape all;
    for (uint32_t i = 0; i < rank; ++i) all.push_back(i);
    return all;
  }

  // Runs of neighbouring axes, the last one first, as reductions one after the other.
  static std::vector<ReduceShape> runs(const Shape& x, Shape axes) {
    std::sort(axes.begin(), axes.end());
    std::vector<ReduceShape> shapes;
    uint64_t inner = 1;
    uint32_t end = x.rank();
    for (uint32_t i = axes.rank(); i > 0;) {
      const auto last = static_cast<uint32_t>(axes[i - 1]);
      uint32_t first = last;
      for (--i; i > 0 && axes[i - 1] + 1 == first; --i) --first;
      inner *= static_cast<uint64_t>(x.product(last + 1, end));
      shapes.push_back(
          {static_cast<uint64_t>(x.product(0, first)), static_cast<uint64_t>(x.product(first, last + 1)), inner});
      end = first;
    }
    // A scalar, and nothing to reduce, is a reduction of single elements.
    if (shapes.empty()) shapes.push_back({static_cast<uint64_t>(x.num_elements()), 1, 1});
    return shapes;
  }

  const Reduction reduction_;
  const std::vector<int64_t> axes_;
  const bool keep_;
};

// Axes are an attribute first; an input since version 13 for ReduceSum, 18 for the others.
Lowered make(NodeReader& node, Reduction reduction) {
  node.operand(0);
  node.result();
  std::vector<int64_t> axes = node.get_ints("axes");
  if (node.has_input(1)) axes = node.integers(1);
  if (axes.empty() && node.get_int("noop_with_empty_axes", 0) != 0) {
    node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "noop_with_empty_axes without axes is not supported");
  }
  return node.make<Reduce>(reduction, std::move(axes), node.get_int("keepdims", 1) != 0);
}

}  // namespace

Lowered lower_reduce_l1(NodeReader& node) { return make(node, Reduction::kL1); }
Lowered lower_reduce_l2(NodeReader& node) { return make(node, Reduction::kL2); }
Lowered lower_reduce_log_sum(NodeReader& node) { return make(node, Reduction::kLogSum); }
Lowered lower_reduce_log_sum_exp(NodeReader& node) { return make(node, Reduction::kLogSumExp); }
Lowered lower_reduce_max(NodeReader& node) { return make(node, Reduction::kMax); }
Lowered lower_reduce_mean(NodeReader& node) { return make(node, Reduction::kMean); }
Lowered lower_reduce_min(NodeReader& node) { return make(node, Reduction::kMin); }
Lowered lower_reduce_prod(NodeReader& node) { return make(node, Reduction::kProd); }
Lowered lower_reduce_sum(NodeReader& node) { return make(node, Reduction::kSum); }
Lowered lower_reduce_sum_square(NodeReader& node) { return make(node, Reduction::kSumSquare); }

}  // namespace mortise::neon
