#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: Apache-2.0
//
// Copy between two strided views of elements: transposes, slices, joins, splits, repeats. Strides count elements, each a
// word or a half, and may be negative or 0.
#include "common.glsl"

layout(push_constant) uniform Push {
  uint count, rank;
  uint dims[8];
  int from_strides[8], to_strides[8];
  int from, to;
} push;

layout(std430, set = 0, binding = 1) readonly buffer Input { uint words[]; } input_;
DEFINE_ELEMENT(element, input_, INPUT0)

void main() {
  uint rest = invocation_index();
  if (rest >= push.count) return;
  int from = push.from, to = push.to;
  for (uint axis = push.rank; axis-- > 0u;) {
    int at = int(rest % push.dims[axis]);
    rest /= push.dims[axis];
    from += at * push.from_strides[axis];
    to += at * push.to_strides[axis];
  }
  store(to, element(from));
}
