// SPDX-License-Identifier: Apache-2.0
//
// Pointwise: an op that runs a program of kernels/pointwise.h on every element, and the builder that lower functions of
// elementwise operators make it with.
#pragma once

#include <optional>
#include <vector>

#include "../kernels/pointwise.h"
#include "../lower.h"

namespace mortise::neon {

class Pointwise final : public Op {
 public:
  // One element type per input, as many registers.
  Pointwise(std::vector<PointwiseStep> steps, std::vector<Element> inputs, Element output)
      : steps_(std::move(steps)), inputs_(std::move(inputs)), output_(output) {}

  Status infer(std::span<const Shape> in, std::span<Shape> out) const override;
  void plan(std::span<const Shape> in, std::span<const Shape> out, Call& call) const override;

  const std::vector<PointwiseStep>& steps() const { return steps_; }
  const std::vector<Element>& inputs() const { return inputs_; }
  Element output() const { return output_; }

 private:
  std::vector<PointwiseStep> steps_;
  std::vector<Element> inputs_;
  Element output_;
};

// The element of a dtype, if the kernel has it.
std::optional<Element> element_of(DType dtype);

// First the inputs, then the steps, then finish():
//
//   PointwiseBuilder builder(node);
//   const uint8_t x = builder.input(0);
//   builder.emit(PointwiseOp::kAbs, x);
//   return builder.finish();
class PointwiseBuilder {
 public:
  explicit PointwiseBuilder(NodeReader& node) : node_(node) {}

  // The register of input i; the same value has the same register.
  uint8_t input(uint32_t i, DTypes allowed = {DType::kF32});
  // The number that input i is, if it is a constant of one element whose rank does not add axes to input `beside`.
  std::optional<float> number(uint32_t i, uint32_t beside) const;

  uint8_t emit(PointwiseOp op, uint8_t a = 0, uint8_t b = 0, uint8_t c = 0, float alpha = 0, float beta = 0);
  uint8_t emit_with(PointwiseOp op, uint8_t a, float alpha, float beta = 0) { return emit(op, a, 0, 0, alpha, beta); }
  uint8_t constant(float value) { return emit(PointwiseOp::kConstant, 0, 0, 0, value); }

  Lowered finish(DTypes output = {DType::kF32});

 private:
  NodeReader& node_;
  std::vector<sdk::ValueId> values_;
  std::vector<Element> elements_;
  std::vector<PointwiseStep> steps_;
};

}  // namespace mortise::neon
