// SPDX-License-Identifier: Apache-2.0
//
// Cost: how long work takes on one thread, roughly, from what it computes and what it moves.
//
// Used to cut calls into chunks and to estimate claims. A factor of two does not matter; that it depends on shapes
// alone does.
#pragma once

#include <algorithm>

namespace mortise::neon {

// Of one core at 3.6 GHz with two 256-bit multiply-adds per cycle, and of its share of the level-3 cache; see
// docs/design/neon.md.
inline constexpr double kFlopsPerNs = 100;
inline constexpr double kInt8OpsPerNs = 400;
inline constexpr double kBytesPerNs = 30;

constexpr double work_ns(double flops, double bytes) { return std::max(flops / kFlopsPerNs, bytes / kBytesPerNs); }

// A chunk is worth a task above this, and work below it is not cut.
inline constexpr double kChunkNs = 20'000;

}  // namespace mortise::neon
