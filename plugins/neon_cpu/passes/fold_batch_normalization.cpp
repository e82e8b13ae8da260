// SPDX-License-Identifier: Apache-2.0
//
// Conv -> BatchNormalization with constant parameters: the convolution's weights and bias are scaled once.
#include <algorithm>

#include "../ops/batch_normalization.h"
#include "../ops/conv.h"
#include "pass.h"

namespace mortise::neon {

void fold_batch_normalization(Rewriter& rewriter) {
  using Operand = BatchNormalizationOp::Operand;
  for (Step& step : rewriter.steps()) {
    const auto* normalization = dynamic_cast<BatchNormalizationOp*>(step.op.get());
    if (normalization == nullptr) continue;
    Step* before = rewriter.writer(step.inputs[Operand::kX]);
    if (before == nullptr || rewriter.only_reader(step.inputs[Operand::kX]) != &step) continue;
    auto* conv = dynamic_cast<ConvOp*>(before->op.get());
    if (conv == nullptr) continue;
    const float* parameters[4];
    int64_t channels = -1;
    const bool constant = std::all_of(step.inputs.begin() + Operand::kScale, step.inputs.end(), [&](const uint32_t& v) {
      const Value& value = rewriter.value(v);
      if (value.origin != Origin::kConstant || value.constant_shape.rank() != 1) return false;
      if (channels >= 0 && value.constant_shape[0] != channels) return false;
      channels = value.constant_shape[0];
      parameters[&v - &step.inputs[Operand::kScale]] = static_cast<const float*>(value.constant);
      return true;
    });
    if (!constant) continue;
    const auto count = static_cast<size_t>(channels);
    std::vector<float> factors(count), shifts(count);
    normalization->factors(parameters, count, factors.data(), shifts.data());
    if (!conv->scale_channels(factors, shifts)) continue;
    rewriter.join(*before, step, std::move(before->op), before->inputs);
  }
}

}  // namespace mortise::neon
