#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: Apache-2.0
//
// Transposed convolution: an invocation computes one element of the output out of the pixels that reach it: o + pad =
// i * stride + tap * dilation along each axis. Weights are input 0, [channels of the input, filters, taps], the image
// input 1.
#include "common.glsl"
#include "chain.glsl"

layout(push_constant) uniform Push {
  uint count, groups, channels, filters;  // channels and filters of a group
  uint height, width, out_height, out_width;
  uint kernel_height, kernel_width;
  uint stride_height, stride_width;
  uint dilation_height, dilation_width;
  uint pad_top, pad_left;
} push;

const uint kNone = 0xffffffffu;

// The position that reaches `padded` through a tap so many elements away.
uint source(uint padded, uint away, uint stride, uint extent) {
  if (away > padded || (padded - away) % stride != 0u) return kNone;
  uint position = (padded - away) / stride;
  return position < extent ? position : kNone;
}

void main() {
  uint element = invocation_index();
  if (element >= push.count) return;
  uint x = element % push.out_width + push.pad_left;
  uint y = element / push.out_width % push.out_height + push.pad_top;
  uint plane = element / (push.out_width * push.out_height), batch = plane / push.filters;
  uint taps = push.kernel_height * push.kernel_width, pixels = push.height * push.width;
  uint weights = (batch % push.groups * push.channels * push.filters + plane % push.filters) * taps;
  uint image = batch * push.channels * pixels;
  float sum = 0.0;
  for (uint down = 0u; down < push.kernel_height; ++down) {
    uint row = source(y, down * push.dilation_height, push.stride_height, push.height);
    if (row == kNone) continue;
    for (uint right = 0u; right < push.kernel_width; ++right) {
      uint column = source(x, right * push.dilation_width, push.stride_width, push.width);
      if (column == kNone) continue;
      uint weight = weights + down * push.kernel_width + right, pixel = image + row * push.width + column;
      for (uint channel = 0u; channel < push.channels; ++channel) {
        sum = fma(load0(weight + channel * push.filters * taps), load1(pixel + channel * pixels), sum);
      }
    }
  }
  write(element, sum);
}
