// SPDX-License-Identifier: Apache-2.0
//
// See epilogue_op.h.
#include "epilogue_op.h"

#include <cmath>
#include <optional>

namespace mortise::neon {
namespace {

std::optional<Activation> activation_of(const PointwiseStep& step) {
  switch (step.op) {
    case PointwiseOp::kRelu:
      return Activation::kRelu;
    case PointwiseOp::kClip:
      return Activation::kClip;
    case PointwiseOp::kLeakyRelu:
      return Activation::kLeakyRelu;
    case PointwiseOp::kHardSigmoid:
      return Activation::kHardSigmoid;
    case PointwiseOp::kHardSwish:
      return Activation::kHardSwish;
    case PointwiseOp::kSigmoid:
      return Activation::kSigmoid;
    case PointwiseOp::kSilu:
      return step.alpha == 1 ? std::optional(Activation::kSilu) : std::nullopt;
    case PointwiseOp::kTanh:
      return Activation::kTanh;
    case PointwiseOp::kGelu:
      return Activation::kGelu;
    case PointwiseOp::kGeluTanh:
      return Activation::kGeluTanh;
    case PointwiseOp::kElu:
      return Activation::kElu;
    case PointwiseOp::kSoftplus:
      return Activation::kSoftplus;
    case PointwiseOp::kMish:
      return Activation::kMish;
    default:
      return std::nullopt;
  }
}

}  // namespace

bool EpilogueOp::multiply(float factor) {
  if (residual_ != kNone || epilogue_.activation != Activation::kNone) return false;
  if (!std::isnormal(factor) || !std::isnormal(epilogue_.scale * factor)) return false;
  epilogue_.scale *= factor;
  for (float& each : bias_) each *= factor;
  return true;
}

bool EpilogueOp::add_bias(const float* values, const Shape& shape) {
  if (residual_ != kNone || epilogue_.activation != Activation::kNone) return false;
  const uint64_t size = bias_size(shape);
  if (size == 0) return false;
  const bool one = shape.num_elements() == 1;
  bias_.resize(size, 0);
  for (uint64_t i = 0; i < size; ++i) bias_[i] += values[one ? 0 : i];
  return true;
}

bool EpilogueOp::add_residual(uint32_t index) {
  if (residual_ != kNone || epilogue_.activation != Activation::kNone) return false;
  residual_ = index;
  return true;
}

Status EpilogueOp::check_residual(std::span<const Shape> inputs, const Shape& output) const {
  if (residual_ == kNone || inputs[residual_] == output) return {};
  return invalid_argument("a summand is ", to_string(inputs[residual_]), " where the model's types promise ",
                          to_string(output), "; correct the type of that value in the model");
}

bool EpilogueOp::is_activation(const PointwiseStep& step) { return activation_of(step).has_value(); }

bool EpilogueOp::activate(const PointwiseStep& step) {
  const auto activation = activation_of(step);
  if (!activation || epilogue_.activation != Activation::kNone) return false;
  epilogue_.activation = *activation;
  epilogue_.alpha = step.alpha;
  epilogue_.beta = step.beta;
  return true;
}

}  // namespace mortise::neon
