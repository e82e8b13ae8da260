// SPDX-License-Identifier: Apache-2.0
//
// Chain: pointwise steps that a shader applies to each element before it writes it; shaders/chain.glsl says how they
// are carried out. A step takes the value so far and up to two operands.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace mortise::vulkan {

enum class PointOp : uint32_t {
#define POINT_OP(name, code, ...) k##name = code,
#include "shaders/point_ops.inc"
#undef POINT_OP
};

// Limits of the shader.
inline constexpr uint32_t kMaxChainSteps = 8;
inline constexpr uint32_t kMaxChainInputs = 6;
inline constexpr uint32_t kMaxChainRank = 8;

struct ChainStep {
  // An operand that is no input: the step's own number p (for b) or q (for c).
  static constexpr uint32_t kNumber = 15;

  PointOp op = PointOp::kLoad;
  uint32_t b = kNumber;  // index into the inputs of the program's step
  uint32_t c = kNumber;
  uint32_t p = 0;  // bits
  uint32_t q = 0;
};

inline ChainStep with_input(PointOp op, uint32_t input) { return {.op = op, .b = input}; }
inline ChainStep with_number(PointOp op, float p, float q = 0) {
  return {.op = op, .p = std::bit_cast<uint32_t>(p), .q = std::bit_cast<uint32_t>(q)};
}

struct Chain {
  std::vector<ChainStep> steps;
};

}  // namespace mortise::vulkan
