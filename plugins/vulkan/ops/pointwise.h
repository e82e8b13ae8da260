// SPDX-License-Identifier: Apache-2.0
//
// The dispatch of a chain by itself, and what the operators that are one share.
#pragma once

#include "../lower.h"

namespace mortise::vulkan {

// A pointwise step that writes `output`. Every step of the chain refers to `inputs` by index, the first loads; all of
// them are broadcast to the output, or the node is refused.
Step& add_pointwise(Lowering& l, TensorId output, std::vector<TensorId> inputs, std::vector<ChainStep> steps);

// Refused unless `from` is broadcast to `to` by numpy's rule.
void require_broadcast(const Lowering& l, TensorId from, TensorId to);

}  // namespace mortise::vulkan
