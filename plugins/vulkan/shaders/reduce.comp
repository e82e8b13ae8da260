#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: Apache-2.0
//
// Reduction of some axes of input 0. A row is what becomes one element: its place is given by the axes that are kept,
// the elements of a row by those that are reduced. Constant 2: what is computed, as in ops/reduce.cpp.
#include "common.glsl"
#include "chain.glsl"
#include "row.glsl"

layout(constant_id = 2) const uint KIND = 0u;
const uint kSum = 0u, kMean = 1u, kMax = 2u, kMin = 3u, kProduct = 4u, kSumSquare = 5u, kL1 = 6u, kL2 = 7u, kLogSum = 8u,
           kLogSumExp = 9u;

layout(push_constant) uniform Push {
  uint rows, extent;
  uint kept_dims[4], kept_strides[4];
  uint reduced_dims[4], reduced_strides[4];
} push;

uint place(uint at, uint dims[4], uint strides[4]) {
  uint result = 0u;
  for (uint axis = 4u; axis-- > 0u;) {
    result += at % dims[axis] * strides[axis];
    at /= dims[axis];
  }
  return result;
}

float element(uint base, uint at) {
  return load0(base + place(at, push.reduced_dims, push.reduced_strides));
}

float largest(uint base, float factor) {
  float result = uintBitsToFloat(0xff800000u);
  for (uint i = lane(); i < push.extent; i += LANES) result = larger(factor * element(base, i), result);
  return row_max(result);
}

void main() {
  uint row = min(row_index(), push.rows - 1u);
  uint base = place(row, push.kept_dims, push.kept_strides);
  float result;
  if (KIND == kMax) {
    result = largest(base, 1.0);
  } else if (KIND == kMin) {
    result = -largest(base, -1.0);
  } else if (KIND == kProduct) {
    result = 1.0;
    for (uint i = lane(); i < push.extent; i += LANES) result *= element(base, i);
    result = row_product(result);
  } else {
    float shift = KIND == kLogSumExp ? largest(base, 1.0) : 0.0;
    if (abs(shift) == uintBitsToFloat(0x7f800000u)) shift = 0.0;
    result = 0.0;
    for (uint i = lane(); i < push.extent; i += LANES) {
      float x = element(base, i);
      if (KIND == kSumSquare || KIND == kL2) x *= x;
      if (KIND == kL1) x = abs(x);
      if (KIND == kLogSumExp) x = exponential(x - shift);
      result += x;
    }
    result = row_sum(result);
    if (KIND == kMean) result /= float(push.extent);
    if (KIND == kL2) result = sqrt(result);
    if (KIND == kLogSum || KIND == kLogSumExp) result = log(result) + shift;
  }
  if (row_index() < push.rows && lane() == 0u) write(row, result);
}
