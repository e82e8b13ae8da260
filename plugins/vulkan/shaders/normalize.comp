#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: Apache-2.0
//
// Normalization of the rows of input 0: (x - mean) / sqrt(variance + epsilon); constant 2: without the mean (RMS). Scale
// and bias are steps of the chain.
#include "common.glsl"
#include "chain.glsl"
#include "row.glsl"

layout(constant_id = 2) const uint AROUND_ZERO = 0u;

layout(push_constant) uniform Push { uint rows, extent; float epsilon; } push;

void main() {
  uint row = min(row_index(), push.rows - 1u);
  uint base = row * push.extent;
  float mean = 0.0;
  if (AROUND_ZERO == 0u) {
    for (uint i = lane(); i < push.extent; i += LANES) mean += load0(base + i);
    mean = row_sum(mean) / float(push.extent);
  }
  float variance = 0.0;
  for (uint i = lane(); i < push.extent; i += LANES) {
    float x = load0(base + i) - mean;
    variance += x * x;
  }
  variance = row_sum(variance) / float(push.extent);
  if (row_index() >= push.rows) return;
  float factor = 1.0 / sqrt(variance + push.epsilon);
  for (uint i = lane(); i < push.extent; i += LANES) {
    write(base + i, (load0(base + i) - mean) * factor);
  }
}
