// SPDX-License-Identifier: Apache-2.0
//
// EpilogueOp: what matrix products and convolutions share: a bias, a residual and an activation that are applied before
// an element is stored, and the rules by which the pass fuse_epilogue.cpp puts them there.
//
// In the order of kernels/epilogue.h: scale, bias, residual, activation. Each function below says whether it could add
// its part behind what is there already; if not, nothing has changed.
#pragma once

#include <span>
#include <vector>

#include "../kernels/epilogue.h"
#include "../op.h"
#include "pointwise.h"

namespace mortise::neon {

class EpilogueOp : public Op {
 public:
  // Not where a factor, or the product of several, leaves the numbers that multiplying one by one would stay among.
  bool multiply(float factor);
  // A constant that broadcasts over the output as this op's bias does.
  bool add_bias(const float* values, const Shape& shape);
  // Input `index` of the op, of the shape of the output.
  bool add_residual(uint32_t index);
  // A step that reads nothing but this op's output.
  bool activate(const PointwiseStep& step);
  static bool is_activation(const PointwiseStep& step);

 protected:
  // Number of elements of the bias if `shape` is one that broadcasts like it, otherwise 0.
  virtual uint64_t bias_size(const Shape& shape) const = 0;

  // At the end of infer(): a residual that a declared shape promised, and the run does not have, is an error.
  Status check_residual(std::span<const Shape> inputs, const Shape& output) const;
  // The epilogue of a run; where the bias goes is the derived class's business.
  Epilogue epilogue(const Operands& operands) const {
    Epilogue made = epilogue_;
    if (residual_ != kNone) made.residual = operands.in<float>(residual_);
    return made;
  }
  const float* bias() const { return bias_.empty() ? nullptr : bias_.data(); }

  static constexpr uint32_t kNone = UINT32_MAX;
  Epilogue epilogue_;
  std::vector<float> bias_;
  uint32_t residual_ = kNone;
};

}  // namespace mortise::neon
