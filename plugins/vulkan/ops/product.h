// SPDX-License-Identifier: Apache-2.0
//
// The dispatch of a matrix product, for operators that are one in disguise.
#pragma once

#include "chained.h"

namespace mortise::vulkan {

// C[z][m][n] = sum over k of A[z][m][k] * B[z][k][n]; strides in elements; z runs over up to three axes.
struct Product {
  int64_t m = 1, n = 1, k = 1;
  int64_t a_row = 0, a_column = 0, b_row = 0, b_column = 0;
  Shape batch_dims, a_batch, b_batch;
};

Step& add_product(Lowering& l, const Product& product, TensorId output, TensorId a, TensorId b);

// Workgroups of a product of this size, and its constants (with `shared` tiles as the target asks).
std::vector<uint32_t> tile_constants(const Lowering& l, int64_t m);
void cover_tiles(const Lowering& l, Step& step, int64_t batches, int64_t m, int64_t n);

}  // namespace mortise::vulkan
