// SPDX-License-Identifier: Apache-2.0
//
// A pointwise program behind a convolution or a product: as many of its first steps as the epilogue takes (a factor, a
// constant bias, a residual, an activation) go there. What is left of the program, if anything, stays.
#include <algorithm>

#include "../ops/epilogue_op.h"
#include "../ops/pointwise_steps.h"
#include "pass.h"

namespace mortise::neon {
namespace {

// One attempt at `step`, whose input `position` is what `before` writes.
class Fusion {
 public:
  Fusion(Rewriter& rewriter, Step& before, Step& step, size_t position)
      : rewriter_(rewriter),
        before_(before),
        step_(step),
        op_(static_cast<EpilogueOp&>(*before.op)),
        program_(static_cast<Pointwise&>(*step.op)),
        steps_(program_.steps()),
        inputs_(before.inputs),
        current_(static_cast<uint8_t>(position)) {}

  bool run() {
    const uint8_t first = current_, result = steps_.back().to;
    while (take_one()) {
    }
    if (current_ == first) return false;
    if (current_ == result) {
      rewriter_.join(before_, step_, std::move(before_.op), std::move(inputs_));
      return true;
    }
    // The rest reads what `before` writes now instead of what was computed of it here.
    for (PointwiseStep& step : steps_) {
      for (uint8_t* operand : {&step.a, &step.b, &step.c}) {
        if (*operand == current_) *operand = first;
      }
    }
    compact(steps_, program_.inputs().size());
    step_.op = std::make_unique<Pointwise>(std::move(steps_), program_.inputs(), program_.output());
    return true;
  }

 private:
  // Moves the step that reads the current register into the epilogue, if it is the only one.
  bool take_one() {
    size_t uses = 0;
    auto reader = steps_.end();
    for (auto step = steps_.begin(); step != steps_.end(); ++step) {
      if (reads(*step, current_) != 0) reader = step;
      uses += static_cast<size_t>(reads(*step, current_));
    }
    if (uses != 1 || !takes(*reader)) return false;
    current_ = reader->to;
    steps_.erase(reader);
    return true;
  }

  bool takes(const PointwiseStep& step) {
    const uint8_t other = step.a == current_ ? step.b : step.a;
    switch (step.op) {
      case PointwiseOp::kMulConstant:
        return op_.multiply(step.alpha);
      case PointwiseOp::kAddConstant:
        return op_.add_bias(&step.alpha, Shape());
      case PointwiseOp::kDiv:
        return step.a == current_ && takes_divisor(other);
      case PointwiseOp::kAdd:
        return takes_sum(step, other);
      default:
        return op_.activate(step);
    }
  }

  // A number, which is a step.
  bool takes_divisor(uint8_t divisor) {
    const auto constant =
        std::find_if(steps_.begin(), steps_.end(), [&](const PointwiseStep& step) { return step.to == divisor; });
    return constant != steps_.end() && constant->op == PointwiseOp::kConstant && op_.multiply(1 / constant->alpha);
  }

  // An input: a bias or a residual.
  bool takes_sum(const PointwiseStep& sum, uint8_t input) {
    if (input >= program_.inputs().size() || program_.inputs()[input] != Element::kF32) return false;
    const uint32_t v = step_.inputs[input];
    const Value& value = rewriter_.value(v);
    if (value.origin == Origin::kConstant &&
        op_.add_bias(static_cast<const float*>(value.constant), value.constant_shape)) {
      return true;
    }
    if (!rewriter_.same_shape(v, before_.outputs[0]) || !ends_after(sum)) return false;
    if (!op_.add_residual(static_cast<uint32_t>(inputs_.size()))) return false;
    inputs_.push_back(v);
    return true;
  }

  // Nothing but one activation follows the sum, so that `before` will run where this step is: a residual may be computed
  // later than where `before` is now.
  bool ends_after(const PointwiseStep& sum) const {
    if (steps_.back().to == sum.to) return true;
    const PointwiseStep& last = steps_.back();
    return steps_.size() >= 2 && steps_[steps_.size() - 2].to == sum.to && last.a == sum.to &&
           pointwise_arity(last.op) == 1 && EpilogueOp::is_activation(last);
  }

  Rewriter& rewriter_;
  Step& before_;
  Step& step_;
  EpilogueOp& op_;
  const Pointwise& program_;
  Steps steps_;                   // what is left
  std::vector<uint32_t> inputs_;  // of `before`
  uint8_t current_;               // the register that holds what the epilogue gives
};

bool fuse_one(Rewriter& rewriter, Step& step) {
  if (static_cast<Pointwise&>(*step.op).output() != Element::kF32) return false;
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    const uint32_t v = step.inputs[i];
    Step* before = rewriter.writer(v);
    if (before == nullptr || rewriter.only_reader(v) != &step || !rewriter.same_shape(v, step.outputs[0])) continue;
    if (dynamic_cast<EpilogueOp*>(before->op.get()) == nullptr) continue;
    if (Fusion(rewriter, *before, step, i).run()) return true;
  }
  return false;
}

}  // namespace

void fuse_epilogue(Rewriter& rewriter) {
  for (Step& step : rewriter.steps()) {
    while (dynamic_cast<Pointwise*>(step.op.get()) != nullptr && fuse_one(rewriter, step)) {
    }
  }
}

}  // namespace mortise::neon
