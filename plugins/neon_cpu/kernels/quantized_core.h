// SPDX-License-Identifier: Apache-2.0
//
// Quantized core: the loop nest behind integer products and convolutions. Internal to the kernels.
//
// As gemm_core.h, without blocks of k. B is packed in groups of k: with VNNI four bytes of each column beside each
// other, of the sign that A has not; else two 16-bit numbers. Behind a panel lie the sums of its columns, which the zero
// points of A ask for.
#pragma once

#include "gemm_core.h"
#include "quantized.h"

namespace mortise::neon {

// Where rows of panels come from: bytes of row k, columns [n0, n0 + n).
struct ByteRows {
  const void* b = nullptr;  // matrix; unless
  int64_t row_stride = 0;
  int64_t column_stride = 1;
  const ConvShape* columns_of = nullptr;  // b is an image, whose columns are meant
  uint8_t padding = 0;
};

Work core_quantized_work(const QuantizedGemmShape& shape);
// call.b and its strides are ignored.
void core_quantized(const QuantizedGemm& call, const ByteRows& rows, uint64_t begin, uint64_t end, std::byte* scratch);

}  // namespace mortise::neon
