// SPDX-License-Identifier: Apache-2.0
//
// See op.h.
#include "op.h"

#include <cmath>

#include "cost.h"

namespace mortise::neon {

void Call::split(uint64_t count, double ns_per_item, Body body) {
  if (count == 0) return;  // of nothing, the cost of an item may be none and no number
  const double total = ns_per_item * static_cast<double>(count);
  // Few enough chunks that their overhead (below 100 ns each) is lost, many enough that the last one is short.
  const double items = std::max(kChunkNs, total / 64) / std::max(ns_per_item, 1e-3);
  const uint64_t grain = items >= static_cast<double>(count) ? count : static_cast<uint64_t>(std::ceil(items));
  phases_.push_back({count, std::max<uint64_t>(1, grain), std::move(body)});
  ns_ += total;
}

}  // namespace mortise::neon
