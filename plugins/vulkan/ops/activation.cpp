// SPDX-License-Identifier: Apache-2.0
//
// Functions of one tensor with numbers: activations, Clip, tests for special values.
#include <limits>

#include "mortise/provider.h"
#include "pointwise.h"

namespace mortise::vulkan::ops {
namespace {

void apply(Lowering& l, PointOp op, float p = 0, float q = 0) {
  const TensorId x = l.input(0);
  add_pointwise(l, l.output(), {x}, {with_input(PointOp::kLoad, 0), with_number(op, p, q)});
}

}  // namespace

void leaky_relu(Lowering& l) { apply(l, PointOp::kLeakyRelu, l.node().get_float("alpha", 0.01f)); }
void elu(Lowering& l) { apply(l, PointOp::kElu, l.node().get_float("alpha", 1)); }
void celu(Lowering& l) { apply(l, PointOp::kCelu, l.node().get_float("alpha", 1)); }
void swish(Lowering& l) { apply(l, PointOp::kSwish, l.node().get_float("alpha", 1)); }
void thresholded_relu(Lowering& l) { apply(l, PointOp::kThresholdedRelu, l.node().get_float("alpha", 1)); }

void selu(Lowering& l) {
  const bool old = l.node().since_version() < 6;
  apply(l, PointOp::kSelu, l.node().get_float("alpha", old ? 1.6732f : 1.67326319217681884765625f),
        l.node().get_float("gamma", old ? 1.0507f : 1.05070102214813232421875f));
}

void hard_sigmoid(Lowering& l) {
  apply(l, PointOp::kHardSigmoid, l.node().get_float("alpha", 0.2f), l.node().get_float("beta", 0.5f));
}

void shrink(Lowering& l) {
  apply(l, PointOp::kShrink, l.node().get_float("bias", 0), l.node().get_float("lambd", 0.5f));
}

void gelu(Lowering& l) {
  const std::string_view approximate = l.node().get_string("approximate", "none");
  if (approximate != "none" && approximate != "tanh") {
    l.refuse(MORTISE_REFUSAL_ATTRIBUTE, "approximate = '", approximate, "' is unknown");
  }
  apply(l, approximate == "tanh" ? PointOp::kGeluTanh : PointOp::kGelu);
}

void clip(Lowering& l) {
  const float infinity = std::numeric_limits<float>::infinity();
  const bool by_inputs = l.node().since_version() >= 11;
  const float low = by_inputs ? l.number(1, -infinity) : l.node().get_float("min", -infinity);
  const float high = by_inputs ? l.number(2, infinity) : l.node().get_float("max", infinity);
  apply(l, PointOp::kClip, low, high);
}

void is_nan(Lowering& l) {
  const TensorId x = l.input(0);
  add_pointwise(l, l.output(0, {DType::kBool}), {x}, {with_input(PointOp::kLoad, 0), with_number(PointOp::kIsNan, 0)});
}

void is_inf(Lowering& l) {
  const TensorId x = l.input(0);
  const auto wanted = [&](std::string_view name) { return l.node().get_int(name, 1) != 0 ? 1.0f : 0.0f; };
  add_pointwise(l, l.output(0, {DType::kBool}), {x},
                {with_input(PointOp::kLoad, 0),
                 with_number(PointOp::kIsInf, wanted("detect_positive"), wanted("detect_negative"))});
}

}  // namespace mortise::vulkan::ops
