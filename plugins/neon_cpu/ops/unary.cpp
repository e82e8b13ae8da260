// SPDX-License-Identifier: Apache-2.0
//
// Elementwise operators of one input, activations among them.
#include <limits>

#include "../registry.h"
#include "pointwise.h"

namespace mortise::neon {
namespace {

Lowered unary(NodeReader& node, PointwiseOp op, float alpha = 0, float beta = 0, DTypes in = {DType::kF32},
              DTypes out = {DType::kF32}) {
  PointwiseBuilder builder(node);
  builder.emit_with(op, builder.input(0, in), alpha, beta);
  return builder.finish(out);
}

}  // namespace

Lowered lower_abs(NodeReader& node) { return unary(node, PointwiseOp::kAbs); }
Lowered lower_ceil(NodeReader& node) { return unary(node, PointwiseOp::kCeil); }
Lowered lower_celu(NodeReader& node) { return unary(node, PointwiseOp::kCelu, node.get_float("alpha", 1)); }
Lowered lower_cos(NodeReader& node) { return unary(node, PointwiseOp::kCos); }
Lowered lower_elu(NodeReader& node) { return unary(node, PointwiseOp::kElu, node.get_float("alpha", 1)); }
Lowered lower_erf(NodeReader& node) { return unary(node, PointwiseOp::kErf); }
Lowered lower_exp(NodeReader& node) { return unary(node, PointwiseOp::kExp); }
Lowered lower_floor(NodeReader& node) { return unary(node, PointwiseOp::kFloor); }
Lowered lower_gelu(NodeReader& node) {
  const std::string_view approximate = node.node().get_string("approximate", "none");
  if (approximate != "none" && approximate != "tanh") {
    node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "approximate '", approximate, "' is not supported");
  }
  return unary(node, approximate == "tanh" ? PointwiseOp::kGeluTanh : PointwiseOp::kGelu);
}
Lowered lower_hard_sigmoid(NodeReader& node) {
  return unary(node, PointwiseOp::kHardSigmoid, node.get_float("alpha", 0.2f), node.get_float("beta", 0.5f));
}
Lowered lower_hard_swish(NodeReader& node) { return unary(node, PointwiseOp::kHardSwish); }
Lowered lower_is_inf(NodeReader& node) {
  return unary(node, PointwiseOp::kIsInf, static_cast<float>(node.get_int("detect_positive", 1)),
               static_cast<float>(node.get_int("detect_negative", 1)), {DType::kF32}, {DType::kBool});
}
Lowered lower_is_nan(NodeReader& node) { return unary(node, PointwiseOp::kIsNaN, 0, 0, {DType::kF32}, {DType::kBool}); }
Lowered lower_leaky_relu(NodeReader& node) {
  return unary(node, PointwiseOp::kLeakyRelu, node.get_float("alpha", 0.01f));
}
Lowered lower_log(NodeReader& node) { return unary(node, PointwiseOp::kLog); }
Lowered lower_mish(NodeReader& node) { return unary(node, PointwiseOp::kMish); }
Lowered lower_neg(NodeReader& node) { return unary(node, PointwiseOp::kNeg); }
Lowered lower_not(NodeReader& node) { return unary(node, PointwiseOp::kNot, 0, 0, {DType::kBool}, {DType::kBool}); }
Lowered lower_reciprocal(NodeReader& node) { return unary(node, PointwiseOp::kReciprocal); }
Lowered lower_relu(NodeReader& node) { return unary(node, PointwiseOp::kRelu); }
Lowered lower_round(NodeReader& node) { return unary(node, PointwiseOp::kRound); }
Lowered lower_selu(NodeReader& node) {
  const bool old = node.version() < 6;
  return unary(node, PointwiseOp::kSelu, node.get_float("alpha", old ? 1.6732f : 1.67326319217681884765625f),
               node.get_float("gamma", old ? 1.0507f : 1.05070102214813232421875f));
}
Lowered lower_shrink(NodeReader& node) {
  return unary(node, PointwiseOp::kShrink, node.get_float("lambd", 0.5f), node.get_float("bias", 0));
}
Lowered lower_sigmoid(NodeReader& node) { return unary(node, PointwiseOp::kSigmoid); }
Lowered lower_sign(NodeReader& node) { return unary(node, PointwiseOp::kSign); }
Lowered lower_sin(NodeReader& node) { return unary(node, PointwiseOp::kSin); }
Lowered lower_softplus(NodeReader& node) { return unary(node, PointwiseOp::kSoftplus); }
Lowered lower_softsign(NodeReader& node) { return unary(node, PointwiseOp::kSoftsign); }
Lowered lower_sqrt(NodeReader& node) { return unary(node, PointwiseOp::kSqrt); }
Lowered lower_swish(NodeReader& node) { return unary(node, PointwiseOp::kSilu, node.get_float("alpha", 1)); }
Lowered lower_tanh(NodeReader& node) { return unary(node, PointwiseOp::kTanh); }
Lowered lower_thresholded_relu(NodeReader& node) {
  return unary(node, PointwiseOp::kThresholdedRelu, node.get_float("alpha", 1));
}

// Bounds are attributes before version 11, then inputs.
Lowered lower_clip(NodeReader& node) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (node.version() < 11) {
    return unary(node, PointwiseOp::kClip, node.get_float("min", -kInfinity), node.get_float("max", kInfinity));
  }
  PointwiseBuilder builder(node);
  const uint8_t x = builder.input(0);
  const bool has_low = node.has_input(1), has_high = node.has_input(2);
  if ((!has_low || node.is_constant(1)) && (!has_high || node.is_constant(2))) {
    builder.emit_with(PointwiseOp::kClip, x, has_low ? node.scalar<float>(1) : -kInfinity,
                      has_high ? node.scalar<float>(2) : kInfinity);
    return builder.finish();
  }
  uint8_t low = has_low ? builder.input(1) : 0, high = has_high ? builder.input(2) : 0;
  if (!has_low) low = builder.constant(-kInfinity);
  if (!has_high) high = builder.constant(kInfinity);
  builder.emit(PointwiseOp::kClipTo, x, low, high);
  return builder.finish();
}

}  // namespace mortise::neon
