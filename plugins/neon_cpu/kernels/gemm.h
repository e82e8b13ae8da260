// SPDX-License-Identifier: Apache-2.0
//
// Gemm: matrix products in float32, C = epilogue(A * B), one or a batch of them.
//
// A is read where it lies if its rows are contiguous (column_stride 1, the fast case), else copied block by block. B is
// best packed once with pack_b(); without that, panels of it are packed as they are needed, which costs a few per cent
// where A has some dozens of rows and more where it has few. The order in which an element is
// summed up depends on the shape alone.
#pragma once

#include <cstdint>

#include "epilogue.h"
#include "work.h"

namespace mortise::neon {

// Element (i, j) is at data[i * row_stride + j * column_stride]. A transposed matrix has its strides exchanged; a stride
// may be 0.
struct Matrix {
  const float* data = nullptr;
  int64_t row_stride = 0;
  int64_t column_stride = 1;
};

struct GemmShape {
  uint64_t m = 0;  // rows of A and C
  uint64_t n = 0;  // columns of B and C
  uint64_t k = 0;  // columns of A and rows of B
  uint64_t batch = 1;
};

// B in the order in which the kernel of the chosen target reads it: this many floats, at an address that is a multiple
// of 64. One matrix; a batch that has several packs each.
uint64_t packed_b_size(uint64_t k, uint64_t n);
void pack_b(uint64_t k, uint64_t n, const Matrix& b, float* packed);

struct Gemm {
  GemmShape shape;
  Matrix a;
  Matrix b;                         // unless packed
  const float* packed_b = nullptr;  // from pack_b()
  float* c = nullptr;
  int64_t c_stride = 0;  // from row to row; columns are contiguous
  Epilogue epilogue;     // a residual has c_stride and the offsets of c
  // Of every member of the batch, where its matrices begin, in elements from a.data, b.data or packed_b, and c. Null
  // stands for zeros.
  const int64_t* a_offsets = nullptr;
  const int64_t* b_offsets = nullptr;
  const int64_t* c_offsets = nullptr;
};

Work gemm_work(const GemmShape& shape);
void gemm(const Gemm& call, uint64_t begin, uint64_t end, std::byte* scratch);

}  // namespace mortise::neon
