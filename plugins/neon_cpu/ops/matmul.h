// SPDX-License-Identifier: Apache-2.0
//
// MatMulOp: MatMul and Gemm: products of float32 matrices, with broadcasting batches.
#pragma once

#include "epilogue_op.h"
#include "mortise/sdk/tensor_view.h"

namespace mortise::neon {

class MatMulOp final : public EpilogueOp {
 public:
  struct Options {
    bool transpose_a = false, transpose_b = false;
    bool is_gemm = false;              // both of rank 2, no batches
    std::optional<sdk::TensorView> b;  // constant: packed once, and no operand of the run
  };
  explicit MatMulOp(const Options& options) : options_(options) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override;
  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override;
  Status prepare(const sdk::Host& host) override;

  // Gemm's C, where it is no bias: input `index`, any shape that broadcasts to the output, times `factor`.
  void add_addend(uint32_t index, float factor) {
    addend_ = residual_ = index;
    addend_factor_ = factor;
  }

 private:
  uint64_t bias_size(const Shape& shape) const override;
  Shape b_shape(std::span<const Shape> in) const { return options_.b ? Shape(options_.b->dims()) : in[1]; }
  void plan_addend(const Shape& addend, const Shape& out, Call& call) const;

  const Options options_;
  uint32_t addend_ = kNone;
  float addend_factor_ = 1;
  Tensor packed_;  // the matrices of a constant b, one after the other
};

}  // namespace mortise::neon
