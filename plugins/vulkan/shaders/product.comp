#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: Apache-2.0
//
// Product: C[z][m][n] = sum over k of A[z][m][k] * B[z][k][n], then the chain. A and B are input 0 and 1, addressed by
// strides, so that transposed and broadcast operands need no copy.
//
// CONVOLUTION: A is the weights of a group and B what the input's pixels show to the kernel: column n is an output
// pixel, row k an input channel and a tap (implicit GEMM: nothing is unfolded in memory).
//
// SHARED: a workgroup keeps tiles of A and B in shared memory, for GPUs. Without, every invocation computes ROWS x
// COLUMNS elements out of registers and there are no barriers, for CPUs: lavapipe runs the shared form five times slower.
#include "common.glsl"
#include "chain.glsl"

layout(constant_id = 1) const uint ROWS = 8u;
layout(constant_id = 2) const uint COLUMNS = 4u;

#ifdef CONVOLUTION
layout(push_constant) uniform Push {
  uint m, n, k, batches;
  uint groups, channels;  // channels of a group
  uint height, width, out_width;
  uint kernel_height, kernel_width;
  uint stride_height, stride_width;
  uint dilation_height, dilation_width;
  int pad_top, pad_left;
} push;
#else
layout(push_constant) uniform Push {
  uint m, n, k, batches;
  uint a_row, a_column, b_row, b_column;
  uint batch_dims[3], a_batch[3], b_batch[3];
} push;
#endif

uint a_base, b_base;

void choose_batch(uint z) {
#ifdef CONVOLUTION
  uint group = z % push.groups;
  a_base = group * push.m * push.k;
  b_base = z * push.channels * push.height * push.width;
#else
  a_base = 0u;
  b_base = 0u;
  for (uint axis = 3u; axis-- > 0u;) {
    uint at = z % push.batch_dims[axis];
    z /= push.batch_dims[axis];
    a_base += at * push.a_batch[axis];
    b_base += at * push.b_batch[axis];
  }
#endif
}

float load_a(uint m, uint k) {
#ifdef CONVOLUTION
  return load0(a_base + m * push.k + k);
#else
  return load0(a_base + m * push.a_row + k * push.a_column);
#endif
}

// A row of B: k, and what belongs to it.
struct Row {
  uint k;
#ifdef CONVOLUTION
  uint channel, down, right;
#endif
};

Row row_at(uint k) {
#ifdef CONVOLUTION
  uint taps = push.kernel_height * push.kernel_width;
  return Row(k, k / taps, k % taps / push.kernel_width, k % push.kernel_width);
#else
  return Row(k);
#endif
}

void next(inout Row row) {
  ++row.k;
#ifdef CONVOLUTION
  if (++row.right < push.kernel_width) return;
  row.right = 0u;
  if (++row.down < push.kernel_height) return;
  row.down = 0u;
  ++row.channel;
#endif
}

#ifdef CONVOLUTION
// The top left pixel that column n shows to the kernel.
ivec2 corner(uint n) {
  return ivec2(int(n / push.out_width * push.stride_height) - push.pad_top,
               int(n % push.out_width * push.stride_width) - push.pad_left);
}

float load_b(Row row, ivec2 from) {
  uint y = uint(from.x + int(row.down * push.dilation_height));
  uint x = uint(from.y + int(row.right * push.dilation_width));
  // A pixel above or left of the image is a large number here.
  if (y >= push.height || x >= push.width || row.channel >= push.channels) return 0.0;
  return load1(b_base + (row.channel * push.height + y) * push.width + x);
}
#else
uint corner(uint n) { return n * push.b_column; }

float load_b(Row row, uint from) { return load1(b_base + row.k * push.b_row + from); }
#endif

void write_tile(uint z, uint first_m, uint first_n, float sums[ROWS][COLUMNS]) {
  for (uint i = 0u; i < ROWS; ++i) {
    for (uint j = 0u; j < COLUMNS; ++j) {
      uint m = first_m + i, n = first_n + j;
      if (m < push.m && n < push.n) write((z * push.m + m) * push.n + n, sums[i][j]);
    }
  }
}

#ifdef SHARED
// 128 invocations make a tile of 64 x 64, each 8 x 4 of it. One row more than the tile keeps banks apart.
const uint kTile = 64u;
const uint kDepth = 16u;
shared float a_tile[kDepth][kTile + 1u];
shared float b_tile[kDepth][kTile + 1u];

void main() {
  uint tiles_m = (push.m + kTile - 1u) / kTile, tiles_n = (push.n + kTile - 1u) / kTile;
  uint group = group_index();
  uint z = group / (tiles_m * tiles_n);
  if (z >= push.batches) return;
  uint base_m = group / tiles_n % tiles_m * kTile, base_n = group % tiles_n * kTile;
  choose_batch(z);
  uint me = gl_LocalInvocationID.x;
  uint my_m = me / (kTile / COLUMNS) * ROWS, my_n = me % (kTile / COLUMNS) * COLUMNS;
  float sums[ROWS][COLUMNS];
  for (uint i = 0u; i < ROWS; ++i) {
    for (uint j = 0u; j < COLUMNS; ++j) sums[i][j] = 0.0;
  }
  for (uint first = 0u; first < push.k; first += kDepth) {
    for (uint i = me; i < kTile * kDepth; i += gl_WorkGroupSize.x) {
      uint m = base_m + i / kDepth, k = first + i % kDepth;
      a_tile[i % kDepth][i / kDepth] = m < push.m && k < push.k ? load_a(m, k) : 0.0;
      uint n = base_n + i % kTile;
      k = first + i / kTile;
      b_tile[i / kTile][i % kTile] = n < push.n && k < push.k ? load_b(row_at(k), corner(n)) : 0.0;
    }
    barrier();
    for (uint k = 0u; k < kDepth; ++k) {
      float a[ROWS];
      for (uint i = 0u; i < ROWS; ++i) a[i] = a_tile[k][my_m + i];
      for (uint j = 0u; j < COLUMNS; ++j) {
        float b = b_tile[k][my_n + j];
        for (uint i = 0u; i < ROWS; ++i) sums[i][j] = fma(a[i], b, sums[i][j]);
      }
    }
    barrier();
  }
  write_tile(z, base_m + my_m, base_n + my_n, sums);
}
#else
void main() {
  uint tiles_m = (push.m + ROWS - 1u) / ROWS, tiles_n = (push.n + COLUMNS - 1u) / COLUMNS;
  uint tile = invocation_index();
  uint z = tile / (tiles_m * tiles_n);
  if (z >= push.batches) return;
  uint first_m = tile / tiles_n % tiles_m * ROWS, first_n = tile % tiles_n * COLUMNS;
  choose_batch(z);
  float sums[ROWS][COLUMNS];
  for (uint i = 0u; i < ROWS; ++i) {
    for (uint j = 0u; j < COLUMNS; ++j) sums[i][j] = 0.0;
  }
  // Rows and columns beyond the end repeat the last one; they are not written.
  for (Row row = row_at(0u); row.k < push.k; next(row)) {
    float a[ROWS];
    for (uint i = 0u; i < ROWS; ++i) a[i] = load_a(min(first_m + i, push.m - 1u), row.k);
    for (uint j = 0u; j < COLUMNS; ++j) {
      float b = load_b(row, corner(min(first_n + j, push.n - 1u)));
      for (uint i = 0u; i < ROWS; ++i) sums[i][j] = fma(a[i], b, sums[i][j]);
    }
  }
  write_tile(z, first_m, first_n, sums);
}
#endif
