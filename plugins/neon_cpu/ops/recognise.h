// SPDX-License-Identifier: Apache-2.0
//
// Recognises, in a pointwise program, functions that exporters write out of several operators (Gelu, Silu, ...), and puts
// the one step for them there.
#pragma once

#include <vector>

#include "../kernels/pointwise.h"

namespace mortise::neon {

// Whether it changed something. Registers stay numbered as the steps are: the first steps follow the inputs.
bool recognise(std::vector<PointwiseStep>& steps, size_t num_inputs);

}  // namespace mortise::neon
