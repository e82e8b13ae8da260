// SPDX-License-Identifier: Apache-2.0
//
// Quantized: matrix products and convolutions of 8-bit integers with 32-bit sums, exact, and the way between float32
// and 8 bits.
//
//   sum[i][j] = sum over k of (A[i][k] - a_zero[i]) * (B[k][j] - b_zero[j])
//   y[i][j]   = saturate(round_to_even((sum + bias) * multiplier) + y_zero)      or the sum itself as int32
//
// Either side is unsigned or signed. A sum of more than 2^31 / 255^2 (33,000) products may wrap around.
#pragma once

#include <cstdint>

#include "conv.h"
#include "work.h"

namespace mortise::neon {

// The zero point, or several.
struct ZeroPoint {
  int32_t value = 0;                // unless
  const int32_t* values = nullptr;  // one per row of A, or column of B
};

struct QuantizedOutput {
  // Exactly one of the two: 8 bits, or sums (then nothing below but c_stride, as in gemm.h, matters).
  void* y = nullptr;
  int32_t* sums = nullptr;
  int64_t c_stride = 0;
  bool is_signed = false;
  int32_t zero_point = 0;
  const int32_t* row_bias = nullptr;
  const int32_t* column_bias = nullptr;
  float multiplier = 1;                       // unless
  const float* row_multipliers = nullptr;     // one per row
  const float* column_multipliers = nullptr;  // one per column
  int32_t low = INT32_MIN;                    // what y is clipped to besides its type: an activation
  int32_t high = INT32_MAX;
};

struct QuantizedGemmShape {
  uint64_t m = 0;
  uint64_t n = 0;
  uint64_t k = 0;
  bool a_signed = false;
  bool b_signed = true;
};

// Bytes of packed B, at a multiple of 64, and the packing of B with rows `row_stride` and columns `column_stride`
// bytes apart.
uint64_t quantized_packed_b_size(const QuantizedGemmShape& shape);
void quantized_pack_b(const QuantizedGemmShape& shape, const void* b, int64_t row_stride, int64_t column_stride,
                      void* packed);

struct QuantizedGemm {
  QuantizedGemmShape shape;
  const void* a = nullptr;  // rows a_stride bytes apart
  int64_t a_stride = 0;
  ZeroPoint a_zero;
  // Packed, or with strides.
  const void* packed_b = nullptr;
  const void* b = nullptr;
  int64_t b_row_stride = 0;
  int64_t b_column_stride = 1;
  ZeroPoint b_zero;
  QuantizedOutput output;
};
Work quantized_gemm_work(const QuantizedGemmShape& shape);
void quantized_gemm(const QuantizedGemm& call, uint64_t begin, uint64_t end, std::byte* scratch);

// Weights [out_channels, in_channels / groups, kernel…] in the order in which products read them: small groups of channels
// innermost. So many bytes, at a multiple of 64; `taps` kernel positions, in_channels of one group.
uint64_t quantized_weights_size(uint64_t out_channels, uint64_t in_channels, uint64_t taps);
void quantized_pack_weights(uint64_t out_channels, uint64_t in_channels, uint64_t taps, const void* w, void* packed);

struct QuantizedConvPlan {
  ConvShape shape;
  bool depthwise = false;  // image and weights are read as they are
  // Else weights are packed, and the image is put in the same groups: bytes of memory that all ranges share, at a
  // multiple of 64, which quantized_conv_image() fills before quantized_conv() begins.
  uint64_t image_bytes = 0;
  Work image_work;
  Work work;
};
QuantizedConvPlan plan_quantized_conv(const ConvShape& shape);

// Rows are output channels: row_bias, row_multipliers, w_zero.values have one entry for each. c_stride is not used.
struct QuantizedConv {
  const void* x = nullptr;
  bool x_signed = false;
  int32_t x_zero = 0;       // also what padding holds
  const void* w = nullptr;  // packed, unless the plan is depthwise
  bool w_signed = true;
  ZeroPoint w_zero;
  QuantizedOutput output;
};
// All items of image_work, before the first of quantized_conv().
void quantized_conv_image(const QuantizedConvPlan& plan, const QuantizedConv& call, void* image, uint64_t begin,
                          uint64_t end);
void quantized_conv(const QuantizedConvPlan& plan, const QuantizedConv& call, const void* image, uint64_t begin,
                    uint64_t end, std::byte* scratch);

// [outer, channels, inner], scales and zero points one per channel (channels = 1: one of all).
struct QuantizeShape {
  uint64_t outer = 1;
  uint64_t channels = 1;
  uint64_t inner = 0;
};
Work quantize_work(const QuantizeShape& shape);
// saturate(round_to_even(x / scale) + zero). zeros null: 0.
void quantize(const QuantizeShape& shape, const float* x, const float* scales, const int32_t* zeros, bool is_signed,
              void* y, uint64_t begin, uint64_t end);
// (x - zero) * scale
void dequantize(const QuantizeShape& shape, const void* x, bool is_signed, const float* scales, const int32_t* zeros,
                float* y, uint64_t begin, uint64_t end);

}  // namespace mortise::neon
