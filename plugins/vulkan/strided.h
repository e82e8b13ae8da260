// SPDX-License-Identifier: Apache-2.0
//
// Strided: extents and strides as shaders walk through them.
#pragma once

#include <span>

#include "mortise/sdk/shape.h"

namespace mortise::vulkan {

// Strides of a tensor seen through the dims that it is broadcast to.
Shape broadcast_strides(const Shape& from, const Shape& to);

// Joins neighbouring axes through which every operand runs evenly, so that few remain, and drops those of extent 1.
// strides: one entry per axis for each operand.
void merge_axes(Shape& dims, std::span<Shape> strides);

}  // namespace mortise::vulkan
