#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: Apache-2.0
//
// Depthwise convolution: every output channel sees one input channel. Weights are input 0, the image input 1; an
// invocation computes one element.
#include "common.glsl"
#include "chain.glsl"

layout(push_constant) uniform Push {
  uint count, channels, multiplier;  // output channels; of them per input channel
  uint height, width, out_height, out_width;
  uint kernel_height, kernel_width;
  uint stride_height, stride_width;
  uint dilation_height, dilation_width;
  int pad_top, pad_left;
} push;

void main() {
  uint element = invocation_index();
  if (element >= push.count) return;
  uint x = element % push.out_width, y = element / push.out_width % push.out_height;
  uint plane = element / (push.out_width * push.out_height);
  uint weights = plane % push.channels * push.kernel_height * push.kernel_width;
  uint image = plane / push.multiplier * push.height * push.width;
  float sum = 0.0;
  for (uint down = 0u; down < push.kernel_height; ++down) {
    uint row = uint(int(y * push.stride_height + down * push.dilation_height) - push.pad_top);
    for (uint right = 0u; right < push.kernel_width; ++right) {
      uint column = uint(int(x * push.stride_width + right * push.dilation_width) - push.pad_left);
      // A pixel above or left of the image is a large number here.
      if (row >= push.height || column >= push.width) continue;
      sum = fma(load0(weights + down * push.kernel_width + right),
                load1(image + row * push.width + column), sum);
    }
  }
  write(element, sum);
}
