// SPDX-License-Identifier: Apache-2.0
//
// Fusion: a pointwise step whose value so far is the result of the step before it becomes a part of that step's chain,
// if nobody else reads the result. A convolution thus takes in its normalisation, the sum with another branch and the
// activation; pointwise steps in a row become one.
#pragma once

#include "program.h"

namespace mortise::vulkan {

// outputs: the tensors that leave the program. Steps stay in topological order.
void fuse(Program& program, std::span<const TensorId> outputs);

}  // namespace mortise::vulkan
