#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: Apache-2.0
//
// Pointwise: nothing but a chain. An invocation makes four elements that follow one another, so that elements of one or
// two bytes fill a word that no other invocation writes.
#include "common.glsl"
#include "chain.glsl"

layout(push_constant) uniform Push { uint count; } push;

void main() {
  uint first = 4u * invocation_index();
  if (first >= push.count) return;
  uint values[4];
  for (uint i = 0u; i < 4u; ++i) values[i] = first + i < push.count ? apply_chain(0u, first + i) : 0u;
  if (OUTPUT == kByte || OUTPUT == kSignedByte) {
    output_.words[first >> 2] = (values[0] & 255u) | (values[1] & 255u) << 8 | (values[2] & 255u) << 16 | values[3] << 24;
  } else if (OUTPUT == kHalf) {
    output_.words[first >> 1] = half_of(values[0]) | half_of(values[1]) << 16;
    if (first + 2u < push.count) {
      output_.words[(first >> 1) + 1u] = half_of(values[2]) | half_of(values[3]) << 16;
    }
  } else {
    for (uint i = 0u; i < 4u && first + i < push.count; ++i) output_.words[first + i] = values[i];
  }
}
