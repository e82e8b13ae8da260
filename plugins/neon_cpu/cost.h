// SPDX-License-Identifier: Apache-2.0
//
// Cost: how long work takes on one thread, roughly, from what it computes and what it moves.
//
// Used to cut calls into chunks and to estimate claims. A factor of two does not matter; that it depends on shapes
// alone does.
#pragma once

#include <algorithm>

namespace mortise::neon {

// About what bench_kernels shows of one core with AVX2 (Gemm, QuantizedGemm with VNNI, Pointwise).
inline constexpr double kFlopsPerNs = 100;
inline constexpr double kInt8OpsPerNs = 400;
inline constexpr double kBytesPerNs = 30;

constexpr double work_ns(double flops, double bytes) { return std::max(flops / kFlopsPerNs, bytes / kBytesPerNs); }

// A chunk is worth a task above this, and work below it is not cut.
inline constexpr double kChunkNs = 20'000;

}  // namespace mortise::neon
