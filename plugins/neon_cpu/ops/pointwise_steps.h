// SPDX-License-Identifier: Apache-2.0
//
// What passes do with the steps of a pointwise program.
#pragma once

#include <array>
#include <vector>

#include "../kernels/pointwise.h"

namespace mortise::neon {

using Steps = std::vector<PointwiseStep>;
using Registers = std::array<uint8_t, kMaxPointwiseRegisters>;

// How often the step reads the register.
inline int reads(const PointwiseStep& step, uint8_t reg) {
  const int arity = pointwise_arity(step.op);
  return (arity > 0 && step.a == reg) + (arity > 1 && step.b == reg) + (arity > 2 && step.c == reg);
}

// operand -> renamed[operand]
inline void rename_operands(PointwiseStep& step, const Registers& renamed) {
  const int arity = pointwise_arity(step.op);
  if (arity > 0) step.a = renamed[step.a];
  if (arity > 1) step.b = renamed[step.b];
  if (arity > 2) step.c = renamed[step.c];
}

// Takes steps away whose results nobody reads, and numbers the others one after the other behind the inputs. The last
// step stays the result.
inline void compact(Steps& steps, size_t num_inputs) {
  std::array<bool, kMaxPointwiseRegisters> needed{};
  needed[steps.back().to] = true;
  for (size_t i = steps.size(); i-- > 0;) {
    if (!needed[steps[i].to]) continue;
    for (uint8_t reg = 0; reg < kMaxPointwiseRegisters; ++reg) needed[reg] = needed[reg] || reads(steps[i], reg) != 0;
  }
  Registers renamed{};
  uint8_t next = 0;
  while (next < num_inputs) renamed[next] = next, ++next;
  std::erase_if(steps, [&](const PointwiseStep& step) { return !needed[step.to]; });
  for (PointwiseStep& step : steps) {
    rename_operands(step, renamed);
    renamed[step.to] = next;
    step.to = next++;
  }
}

}  // namespace mortise::neon
