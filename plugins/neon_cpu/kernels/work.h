// SPDX-License-Identifier: Apache-2.0
//
// Work: how the work of a kernel can be cut.
//
// Every kernel of this folder is a pair: `x_work(shape)`, which says how many items its work has, and `x(shape,
// operands, begin, end, scratch)`, which computes items [begin, end). Kernels know nothing of threads: the caller runs
// ranges one after the other or at the same time, in any order, cut wherever it likes. A kernel allocates nothing, and
// what it writes depends on its operands alone, to the bit: not on the ranges, hence not on the number of threads.
// Work depends on the shape and on the processor alone.
//
// Sizes are trusted: the caller has checked that extents multiply without overflow and that operands are as large as
// their shapes say. Nothing outside of the operands is read or written. Extents of 0 are allowed everywhere.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mortise::neon {

struct Work {
  uint64_t items = 0;
  double ns_per_item = 0;      // roughly, on one thread with warm caches
  uint64_t scratch_bytes = 0;  // that a running range needs for itself, at an address that is a multiple of 64
};

}  // namespace mortise::neon
