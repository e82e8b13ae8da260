// SPDX-License-Identifier: Apache-2.0
//
// See batch_normalization.h. Behind a convolution it is usually folded away by passes/fold_batch_normalization.cpp.
#include "batch_normalization.h"

#include <cmath>

#include "../kernels/pointwise.h"
#include "../registry.h"

namespace mortise::neon {

Status BatchNormalizationOp::infer(std::span<const Shape> in, std::span<Shape> out) const {
  if (in[kX].rank() < 1) return invalid_argument("the input has rank 0");
  const Shape expected{in[kX].rank() == 1 ? 1 : in[kX][1]};
  for (size_t i = kScale; i <= kVariance; ++i) {
    if (in[i] != expected)
      return invalid_argument("a parameter has shape ", to_string(in[i]), ", not ", to_string(expected));
  }
  out[0] = in[kX];
  return {};
}

void BatchNormalizationOp::factors(const float* const parameters[4], size_t channels, float* factors,
                                   float* shifts) const {
  const auto [scale, bias, mean, variance] = std::tie(parameters[0], parameters[1], parameters[2], parameters[3]);
  for (size_t c = 0; c < channels; ++c) {
    factors[c] = scale[c] / std::sqrt(variance[c] + epsilon_);
    shifts[c] = bias[c] - mean[c] * factors[c];
  }
}

void BatchNormalizationOp::plan(std::span<const Shape> in, std::span<const Shape>, Call& call) const {
  const Shape& x = in[kX];
  const auto channels = static_cast<size_t>(x.rank() == 1 ? 1 : x[1]);
  const std::vector<uint64_t> extents = {static_cast<uint64_t>(x[0]), channels,
                                         static_cast<uint64_t>(x.rank() < 2 ? 1 : x.product(2, x.rank()))};
  const auto inner = static_cast<int64_t>(extents[2]);
  call.temporary_bytes = 2 * channels * sizeof(float);
  call.split(1, static_cast<double>(channels) * 5, [this, channels](const Operands& o, uint64_t, uint64_t) {
    const float* parameters[] = {o.in<float>(kScale), o.in<float>(kBias), o.in<float>(kMean), o.in<float>(kVariance)};
    auto* made = reinterpret_cast<float*>(o.temporary);
    factors(parameters, channels, made, made + channels);
  });
  auto plan = plan_pointwise({{.op = PointwiseOp::kMulAdd, .to = 3, .a = 0, .b = 1, .c = 2}},
                             {{Element::kF32, {static_cast<int64_t>(channels) * inner, inner, 1}},
                              {Element::kF32, {0, 1, 0}},
                              {Element::kF32, {0, 1, 0}}},
                             Element::kF32, extents);
  const Work work = plan.work;
  call.split(work, [plan = std::move(plan), channels](const Operands& o, uint64_t begin, uint64_t end) {
    const auto* made = reinterpret_cast<const float*>(o.temporary);
    const void* inputs[] = {o.inputs[kX], made, made + channels};
    pointwise(plan, inputs, o.outputs[0], begin, end, o.scratch);
  });
}

Lowered lower_batch_normalization(NodeReader& node) {
  if (node.get_int("training_mode", 0) != 0) node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "training is not supported");
  if (node.version() < 7 && node.get_int("is_test", 0) == 0) {
    node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "training is not supported");
  }
  if (node.get_int("spatial", 1) == 0) node.refuse(MORTISE_REFUSAL_ATTRIBUTE, "spatial = 0 is not supported");
  for (uint32_t i = 1; i < node.num_outputs(); ++i) {
    if (node.has_output(i)) node.refuse(MORTISE_REFUSAL_OTHER, "only the first output is supported");
  }
  for (uint32_t i = 0; i < 5; ++i) node.operand(i);
  node.result();
  return node.make<BatchNormalizationOp>(node.get_float("epsilon", 1e-5f));
}

}  // namespace mortise::neon
