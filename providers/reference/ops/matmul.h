// MatMulPlan: which matrices the MatMul operators multiply and where they lie; shared by MatMul and its integer kin.
#pragma once

#include <array>

#include "mortise/sdk/result.h"
#include "mortise/sdk/shape.h"

namespace mortise::reference {

struct MatMulPlan {
  uint64_t batches = 1, m = 1, n = 1, k = 1;
  Shape output;
  // Batch axes from the innermost outwards, with the step in matrices that each takes in A and in B (0: broadcast).
  Shape extents, a_steps, b_steps;

  std::array<uint64_t, 4> extents_of_gemm() const { return {batches, m, n, k}; }
  // Elements from the start of A (of B) to its matrix for a batch of the output.
  uint64_t a_offset(uint64_t batch) const { return matrix(a_steps, batch) * m * k; }
  uint64_t b_offset(uint64_t batch) const { return matrix(b_steps, batch) * k * n; }

 private:
  uint64_t matrix(const Shape& steps, uint64_t batch) const {
    uint64_t index = 0;
    for (uint32_t i = 0; i < extents.rank(); ++i) {
      const auto extent = static_cast<uint64_t>(extents[i]);
      index += batch % extent * static_cast<uint64_t>(steps[i]);
      batch /= extent;
    }
    return index;
  }
};

Result<MatMulPlan> plan_matmul(const Shape& a, const Shape& b);

}  // namespace mortise::reference
