// SPDX-License-Identifier: Apache-2.0
//
// Estimate: what a lowered node is expected to cost, for claims.
#pragma once

#include "lower.h"

namespace mortise::neon {

// The planned call's time on one thread and the bytes of its operands; no estimate where a shape is not known.
mortise_estimate_t estimate_of(const sdk::GraphView& graph, const Lowered& lowered);

}  // namespace mortise::neon
