#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: Apache-2.0
//
// Sample: every element of the output is a weighted sum of elements of the input, whose places and weights are products
// over the axes. Tables say, per axis and position, which positions of the input take part and with which weight:
// resizing, padding and repeating differ in their tables alone (ops/sample.h). A position below 0 stands for the number
// `outside`. Constant 1: words are copied, not summed (one tap per axis).
#include "common.glsl"

layout(constant_id = 1) const uint COPIES = 0u;

layout(push_constant) uniform Push {
  uint count, rank;
  uint dims[6], strides[6];  // of the output; of the input
  uint tables[6], taps[6];   // where the axis' entries begin, how many there are per position
  uint outside;
} push;

layout(std430, set = 0, binding = 1) readonly buffer Input { uint words[]; } input_;
DEFINE_ELEMENT(element, input_, INPUT0)
// Entries of two words: a position and a weight.
layout(std430, set = 0, binding = 2) readonly buffer Tables { int words[]; } tables;

void main() {
  uint at = invocation_index();
  if (at >= push.count) return;
  uint first[6];
  uint combinations = 1u, rest = at;
  for (uint axis = push.rank; axis-- > 0u;) {
    first[axis] = push.tables[axis] + rest % push.dims[axis] * push.taps[axis];
    rest /= push.dims[axis];
    combinations *= push.taps[axis];
  }
  float sum = 0.0;
  for (uint i = 0u; i < combinations; ++i) {
    uint place = 0u, left = i;
    float weight = 1.0;
    bool inside = true;
    for (uint axis = 0u; axis < push.rank; ++axis) {
      uint entry = 2u * (first[axis] + left % push.taps[axis]);
      left /= push.taps[axis];
      int position = tables.words[entry];
      inside = inside && position >= 0;
      place += uint(position) * push.strides[axis];
      weight *= intBitsToFloat(tables.words[entry + 1u]);
    }
    uint word = push.outside;
    if (inside) word = element(place);
    if (COPIES != 0u) {
      store(at, word);
      return;
    }
    sum += weight * uintBitsToFloat(word);
  }
  store(at, F(sum));
}
