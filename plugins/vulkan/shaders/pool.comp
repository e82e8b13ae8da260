#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: Apache-2.0
//
// Pool over windows of up to three axes: the largest element, or the mean. Input 0 is [planes, input…]; an invocation
// computes one element. Constant 1: 0 the largest, 1 the mean over elements, 2 the mean over elements and padding.
#include "common.glsl"
#include "chain.glsl"

layout(constant_id = 1) const uint MODE = 0u;

layout(push_constant) uniform Push {
  uint count;
  uint input_[3], output_[3], kernel[3], stride[3], dilation[3];
  int pad[3];     // before the first element
  int padded[3];  // one behind the last element of the padding that counts, from the first element
} push;

void main() {
  uint element = invocation_index();
  if (element >= push.count) return;
  int start[3];
  uint rest = element;
  for (uint axis = 3u; axis-- > 0u;) {
    start[axis] = int(rest % push.output_[axis] * push.stride[axis]) - push.pad[axis];
    rest /= push.output_[axis];
  }
  float result = MODE == 0u ? uintBitsToFloat(0xff800000u) : 0.0;
  uint counted = 0u;
  for (uint i = 0u; i < push.kernel[0]; ++i) {
    int z = start[0] + int(i * push.dilation[0]);
    for (uint j = 0u; j < push.kernel[1]; ++j) {
      int y = start[1] + int(j * push.dilation[1]);
      for (uint k = 0u; k < push.kernel[2]; ++k) {
        int x = start[2] + int(k * push.dilation[2]);
        if (MODE == 2u && z < push.padded[0] && y < push.padded[1] && x < push.padded[2]) ++counted;
        // What lies before the first element is a large number here.
        if (uint(z) >= push.input_[0] || uint(y) >= push.input_[1] || uint(x) >= push.input_[2]) continue;
        uint from = ((rest * push.input_[0] + uint(z)) * push.input_[1] + uint(y)) * push.input_[2] + uint(x);
        float value = load0(from);
        if (MODE == 0u) {
          result = is_nan(F(value)) || value > result ? value : result;
        } else {
          result += value;
        }
        if (MODE == 1u) ++counted;
      }
    }
  }
  write(element, MODE == 0u ? result : result / float(counted));
}
