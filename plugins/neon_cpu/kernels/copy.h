// SPDX-License-Identifier: Apache-2.0
//
// Copy: elements from strides to strides: Transpose, Slice, Expand, Concat's and Pad's inner part, of elements of 1, 2,
// 4 or 8 bytes whatever their type.
#pragma once

#include <cstdint>
#include <span>

#include "work.h"

namespace mortise::neon {

inline constexpr size_t kMaxCopyRank = 8;

// y[sum i[a] * y_strides[a]] = x[sum i[a] * x_strides[a]] for all i within extents. Strides in elements; those of x may
// be 0 or negative. Axes that can be joined are, and the order of the loops follows the strides. More axes than
// kMaxCopyRank after joining are refused: plan_copy gives an empty plan (rank 0 and element_bytes 0).
struct CopyPlan {
  size_t rank = 0;
  uint64_t element_bytes = 0;
  uint64_t extents[kMaxCopyRank] = {};
  int64_t x_strides[kMaxCopyRank] = {};
  int64_t y_strides[kMaxCopyRank] = {};
  Work work;
};
CopyPlan plan_copy(uint64_t element_bytes, std::span<const uint64_t> extents, std::span<const int64_t> x_strides,
                   std::span<const int64_t> y_strides);
void copy(const CopyPlan& plan, const void* x, void* y, uint64_t begin, uint64_t end);

}  // namespace mortise::neon
