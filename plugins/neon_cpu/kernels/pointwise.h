// SPDX-License-Identifier: Apache-2.0
//
// Pointwise: a small program that is run on every element: all elementwise operators, and chains of them in one pass.
//
// A program is a list of steps over registers. Registers 0 … inputs-1 are the inputs, loaded as float32; every step
// writes a register from up to three others or from its two constants; the last step's register is stored, converted
// back. Steps run over blocks of some hundred elements that stay in the first-level cache, so that a chain costs one
// pass over memory. All arithmetic is in float32; comparisons and logic give 1 or 0 and take everything but 0 as true.
//
// Inputs broadcast through strides of 0. What each step computes is the list pointwise_ops.inc.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "work.h"

namespace mortise::neon {

// How elements lie in memory. Values are stored as integers rounded to even and saturated (Truncate them first for Cast);
// NaN becomes 0; bool is one byte, 1 unless the value is 0. Integers beyond 2^24 lose their last bits in float32.
enum class Element : uint8_t { kF32, kF16, kBool, kU8, kI8, kI32, kI64 };

enum class PointwiseOp : uint8_t {
#define MORTISE_POINTWISE(name, arity, expression) k##name,
#include "pointwise_ops.inc"
#undef MORTISE_POINTWISE
};

// Number of registers that the op reads.
int pointwise_arity(PointwiseOp op);

struct PointwiseStep {
  PointwiseOp op;
  uint8_t to = 0;  // register, not one of an input
  uint8_t a = 0, b = 0, c = 0;
  float alpha = 0, beta = 0;  // constants of ops that have some
};

inline constexpr size_t kMaxPointwiseRegisters = 24;  // inputs included
inline constexpr size_t kMaxPointwiseRank = 8;        // after joining axes

struct PointwiseInput {
  Element element = Element::kF32;
  std::vector<int64_t> strides;  // in elements, one per axis of the output; 0: broadcast
};

// What is known of a program for one shape. Immutable; used by any number of runs at once.
struct PointwisePlan {
  std::vector<PointwiseStep> steps;
  std::vector<PointwiseInput> inputs;  // strides of the joined axes
  std::vector<uint64_t> extents;       // joined
  Element output = Element::kF32;
  uint64_t registers = 0;
  Work work;
};

// The output is contiguous, of shape `extents`. The steps are valid: registers below kMaxPointwiseRegisters are written
// before they are read. An empty plan (no steps) means that more than kMaxPointwiseRank axes are left after joining.
PointwisePlan plan_pointwise(std::vector<PointwiseStep> steps, std::vector<PointwiseInput> inputs, Element output,
                             std::span<const uint64_t> extents);

// `inputs`: one address per input. The output may be an input of the same element type and order that is not broadcast.
void pointwise(const PointwisePlan& plan, const void* const* inputs, void* output, uint64_t begin, uint64_t end,
               std::byte* scratch);

}  // namespace mortise::neon
