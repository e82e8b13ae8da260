// SPDX-License-Identifier: Apache-2.0
//
// Quantized core: the loop nest behind integer products and convolutions. Internal to the kernels.
//
// As gemm_core.h, without blocks of k. B is packed in groups of k: with VNNI four bytes of each column beside each
// other, of the sign that A has not; else two 16-bit numbers. A group takes 32 bits. Behind a panel lie the sums of its columns, which the zero
// points of A ask for.
#pragma once

#include "gemm_core.h"
#include "quantized.h"

namespace mortise::neon {

// B as it is; row and column strides in bytes.
struct ByteMatrix {
  const void* data;
  int64_t row_stride, column_stride;
};

// An image whose elements are groups of channels of a pixel, as panels have them in 32 bits; its columns are meant.
struct GroupedImage {
  const ConvShape* shape = nullptr;
  const float* pixels = nullptr;
  float padding = 0;
};

Work core_quantized_work(const QuantizedGemmShape& shape);
// B is the columns of the image, unless that is null.
void core_quantized(const QuantizedGemm& call, const GroupedImage* image, uint64_t begin, uint64_t end,
                    std::byte* scratch);

// The image that groups of channels are made into, one group after the other, `n` pixels each; the signs of `shape` matter
// alone. Channels that are not there are `zero` everywhere, as padding is, so that they add nothing to a product.
uint64_t core_group_size();  // channels
void core_group_channels(const QuantizedGemmShape& shape, const void* x, uint64_t channels, uint64_t n, int32_t zero,
                         float* to);
float core_group_of(const QuantizedGemmShape& shape, int32_t zero);

// Convolutions with one channel per group, if depthwise_fits() and sums are exact in float32.
bool quantized_depthwise_fits(const ConvShape& shape);
Work quantized_depthwise_work(const ConvShape& shape);
void quantized_depthwise(const ConvShape& shape, const QuantizedConv& call, uint64_t begin, uint64_t end,
                         std::byte* scratch);

}  // namespace mortise::neon
