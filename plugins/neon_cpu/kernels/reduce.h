// SPDX-License-Identifier: Apache-2.0
//
// Reduce: one axis of float32 tensors. Several axes that lie beside each other are one; others take one call after the
// other. The order of summation depends on the shape alone.
#pragma once

#include <cstdint>

#include "work.h"

namespace mortise::neon {

enum class Reduction : uint8_t { kSum, kMean, kMax, kMin, kProd, kL1, kL2, kSumSquare, kLogSum, kLogSumExp };

// [outer, n, inner] to [outer, inner]. n is at least 1 for kMean, kMax, kMin and kLogSumExp.
struct ReduceShape {
  uint64_t outer = 0;
  uint64_t n = 0;
  uint64_t inner = 1;
};
Work reduce_work(Reduction reduction, const ReduceShape& shape);
void reduce(Reduction reduction, const ReduceShape& shape, const float* x, float* y, uint64_t begin, uint64_t end,
            std::byte* scratch);

}  // namespace mortise::neon
