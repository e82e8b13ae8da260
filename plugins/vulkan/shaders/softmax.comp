#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: Apache-2.0
//
// Softmax of input 0, seen as [outer, length, inner], along the middle. Constant 2: its logarithm.
#include "common.glsl"
#include "chain.glsl"
#include "row.glsl"

layout(constant_id = 2) const uint LOGARITHM = 0u;

layout(push_constant) uniform Push { uint rows, extent, inner; } push;

void main() {
  uint row = min(row_index(), push.rows - 1u);
  uint base = row / push.inner * push.extent * push.inner + row % push.inner;
  float top = uintBitsToFloat(0xff800000u);
  for (uint i = lane(); i < push.extent; i += LANES) {
    top = larger(load0(base + i * push.inner), top);
  }
  top = row_max(top);
  // What each addition rounds off goes to the next (Kahan): rows are long.
  precise float sum = 0.0, rounded_off = 0.0;
  for (uint i = lane(); i < push.extent; i += LANES) {
    precise float term = exponential(load0(base + i * push.inner) - top) - rounded_off;
    precise float next = sum + term;
    rounded_off = (next - sum) - term;
    sum = next;
  }
  sum = row_sum(sum);
  if (row_index() >= push.rows) return;
  for (uint i = lane(); i < push.extent; i += LANES) {
    uint at = base + i * push.inner;
    float x = load0(at) - top;
    write(at, LOGARITHM != 0u ? x - log(sum) : exponential(x) / sum);
  }
}
