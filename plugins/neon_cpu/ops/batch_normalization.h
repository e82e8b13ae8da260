// SPDX-License-Identifier: Apache-2.0
//
// BatchNormalizationOp: inference: y = x * factor[c] + shift[c], both made of scale, bias, mean and variance.
#pragma once

#include <span>

#include "../op.h"

namespace mortise::neon {

class BatchNormalizationOp final : public Op {
 public:
  enum Operand : size_t { kX, kScale, kBias, kMean, kVariance };

  explicit BatchNormalizationOp(float epsilon) : epsilon_(epsilon) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override;
  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override;

  // parameters: scale, bias, mean, variance of one channel each at the same index.
  void factors(const float* const parameters[4], size_t channels, float* factors, float* shifts) const;

 private:
  const float epsilon_;
};

}  // namespace mortise::neon
