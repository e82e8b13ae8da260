#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: Apache-2.0
//
// Gather along the middle of [outer, extent, inner] elements, each a word or a half. Negative indices count from the
// end; none is out of range.
#include "common.glsl"

layout(push_constant) uniform Push { uint count, extent, inner, indices, index_words; } push;

layout(std430, set = 0, binding = 1) readonly buffer Input { uint words[]; } input_;
DEFINE_ELEMENT(element, input_, INPUT0)
layout(std430, set = 0, binding = 2) readonly buffer Indices { int words[]; } indices;

void main() {
  uint at = invocation_index();
  if (at >= push.count) return;
  uint inner = at % push.inner, which = at / push.inner % push.indices, outer = at / (push.inner * push.indices);
  int index = indices.words[which * push.index_words];
  if (index < 0) index += int(push.extent);
  store(at, element((outer * push.extent + uint(index)) * push.inner + inner));
}
