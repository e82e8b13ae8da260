// SPDX-License-Identifier: Apache-2.0
//
// A dispatch of a shader that ends in a chain, for operators that are more than a chain.
#pragma once

#include "pointwise.h"

namespace mortise::vulkan {

// spec: constants 0 … 9. The step has `inputs` for its own and an empty chain.
Step& add_chained(Lowering& l, Shader shader, std::vector<uint32_t> spec, TensorId output,
                  std::vector<TensorId> inputs);

// Appends a step of the chain with an operand, which is broadcast to the output.
void chain(Lowering& l, Step& step, PointOp op, TensorId operand, float p = 0);
void chain(Lowering& l, Step& step, PointOp op, float p);

// A dispatch over rows whose elements meet, in which `own` is spec constant 2: see shaders/row.glsl.
Step& add_rows(Lowering& l, Shader shader, uint32_t own, TensorId output, TensorId input, uint64_t rows,
               uint64_t extent);

// The tensor [C], or one element, as [C, 1, …], so that it is broadcast along the channels of an output of this rank.
TensorId per_channel(Lowering& l, TensorId tensor, uint32_t rank);

}  // namespace mortise::vulkan
