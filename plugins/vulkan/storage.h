// SPDX-License-Identifier: Apache-2.0
//
// Storage in halves: what a segment keeps for itself, weights and what lies between its steps, takes 16 bits per element
// instead of 32; shaders compute with 32 all the same (shaders/storage.glsl). What enters and leaves is float32.
#pragma once

#include "program.h"

namespace mortise::vulkan {

// Turns float32 tensors to float16; `stays` says which keep what they are, by root. A constant whose largest element a
// half would lose, as it does an epsilon of 1e-12 or a mask of -1e30, stays float32 too.
void store_in_halves(Program& program, const std::function<bool(TensorId root)>& stays);

}  // namespace mortise::vulkan
