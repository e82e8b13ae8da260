// SPDX-License-Identifier: Apache-2.0
//
// Pool: windows over one to three spatial axes of float32 images in NCHW order, and over all of them.
#pragma once

#include <cstdint>

#include "conv.h"
#include "work.h"

namespace mortise::neon {

enum class PoolKind : uint8_t {
  kMax,
  kAverage,         // of the elements of the window that lie in the image
  kAverageWithPad,  // count_include_pad: padding counts as zeros, what lies beyond it (ceil_mode) does not count
};

struct PoolShape {
  uint64_t planes = 0;  // batch * channels
  Extents in;
  Extents out;
  Extents kernel;
  Extents stride;
  Extents dilation;
  Extents pad{0, 0, 0};      // before
  Extents pad_end{0, 0, 0};  // behind; only kAverageWithPad asks
};

// A window without any element gives -infinity as its maximum and 0 as its average. NaN wins a maximum.
Work pool_work(PoolKind kind, const PoolShape& shape);
void pool(PoolKind kind, const PoolShape& shape, const float* x, float* y, uint64_t begin, uint64_t end,
          std::byte* scratch);

// GlobalAveragePool and GlobalMaxPool are reductions: see reduce.h with outer = planes, inner = 1.

}  // namespace mortise::neon
