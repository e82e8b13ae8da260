// gemm: the one matrix product of the reference provider, C = A * B in tiles.
//
// The operators say how to fill a panel of A and of B (from a matrix, a transposed one, the windows of an image) and
// what to do with the finished sums; the loops are here. Sums are carried in Acc and run over k in one fixed order of
// blocks, so a result depends neither on the number of threads nor on the tile it falls into. All working memory is on
// the stack.
#pragma once

#include <algorithm>
#include <cstdint>

#include "providers/reference/accumulator.h"
#include "providers/reference/kernel.h"

namespace mortise::reference {

inline constexpr uint64_t kPanelRows = 4;
inline constexpr uint64_t kPanelColumns = 8;

namespace gemm_detail {
inline constexpr uint64_t kTileRows = 64;
inline constexpr uint64_t kTileColumns = 64;
inline constexpr uint64_t kDepth = 128;

// Adds `depth` products to a block of kRows x kPanelColumns sums.
template <uint64_t kRows, class Acc>
void multiply_panels(const Acc* __restrict a, const Acc* __restrict b, uint64_t depth, Acc* __restrict c) {
  Acc sums[kRows][kPanelColumns];
  for (uint64_t i = 0; i < kRows; ++i) {
    for (uint64_t j = 0; j < kPanelColumns; ++j) sums[i][j] = c[i * kTileColumns + j];
  }
  for (uint64_t p = 0; p < depth; ++p) {
    for (uint64_t i = 0; i < kRows; ++i) {
      for (uint64_t j = 0; j < kPanelColumns; ++j) sums[i][j] += a[p * kPanelRows + i] * b[p * kPanelColumns + j];
    }
  }
  for (uint64_t i = 0; i < kRows; ++i) {
    for (uint64_t j = 0; j < kPanelColumns; ++j) c[i * kTileColumns + j] = sums[i][j];
  }
}

template <class Acc>
void multiply_rows(uint64_t rows, const Acc* a, const Acc* b, uint64_t depth, Acc* c) {
  switch (rows) {
    case 1:
      return multiply_panels<1>(a, b, depth, c);
    case 2:
      return multiply_panels<2>(a, b, depth, c);
    case 3:
      return multiply_panels<3>(a, b, depth, c);
    default:
      return multiply_panels<4>(a, b, depth, c);
  }
}
}  // namespace gemm_detail

// Copies `depth` x `count` elements to the front of a panel of kWidth columns from `data`, whose element (p, i) is
// data[p * depth_stride + i * stride].
template <uint64_t kWidth, class T, class Acc>
void pack_block(const T* data, uint64_t stride, uint64_t depth_stride, uint64_t count, uint64_t depth, Acc* panel) {
  if (stride == 1) {
    for (uint64_t p = 0; p < depth; ++p) {
      for (uint64_t i = 0; i < count; ++i) panel[p * kWidth + i] = static_cast<Acc>(data[p * depth_stride + i]);
    }
    return;
  }
  for (uint64_t i = 0; i < count; ++i) {
    for (uint64_t p = 0; p < depth; ++p) panel[p * kWidth + i] = static_cast<Acc>(data[p * depth_stride + i * stride]);
  }
}

// Fills a whole panel from one such block; columns from `count` on become zero.
template <uint64_t kWidth, class T, class Acc>
void pack_panel(const T* data, uint64_t stride, uint64_t depth_stride, uint64_t count, uint64_t depth, Acc* panel) {
  if (count < kWidth) std::fill_n(panel, depth * kWidth, Acc{});
  pack_block<kWidth>(data, stride, depth_stride, count, depth, panel);
}

// For every batch: C[i, j] = sum over p of A[i, p] * B[p, j].
//   pack_a(batch, i, count, p, depth, Acc* panel)  rows i .. i + count of A, `depth` columns from p: see pack_panel
//   pack_b(batch, j, count, p, depth, Acc* panel)  columns j .. j + count of B, `depth` rows from p
//   store(batch, i, j, count, const Acc* sums)     row i, `count` columns from j; each element once, on any thread
template <class Acc, class PackA, class PackB, class Store>
void gemm(KernelContext& context, uint64_t batches, uint64_t m, uint64_t n, uint64_t k, PackA&& pack_a, PackB&& pack_b,
          Store&& store) {
  using namespace gemm_detail;
  if (batches == 0 || m == 0 || n == 0) return;
  const uint64_t row_tiles = (m - 1) / kTileRows + 1;
  const uint64_t column_tiles = (n - 1) / kTileColumns + 1;
  const uint64_t tile_work = std::min(m, kTileRows) * std::min(n, kTileColumns) * std::max<uint64_t>(k, 1);
  const uint64_t grain = std::max<uint64_t>(1, 100'000 / tile_work);
  context.parallel_for(batches * row_tiles * column_tiles, grain, [&](uint64_t begin, uint64_t end) {
    alignas(64) Acc a[kTileRows * kDepth];
    alignas(64) Acc b[kTileColumns * kDepth];
    alignas(64) Acc c[kTileRows * kTileColumns];
    for (uint64_t tile = begin; tile < end; ++tile) {
      const uint64_t batch = tile / (row_tiles * column_tiles);
      const uint64_t i0 = tile / column_tiles % row_tiles * kTileRows;
      const uint64_t j0 = tile % column_tiles * kTileColumns;
      const uint64_t rows = std::min(kTileRows, m - i0);
      const uint64_t columns = std::min(kTileColumns, n - j0);
      std::fill_n(c, rows * kTileColumns, Acc{});
      for (uint64_t p = 0; p < k; p += kDepth) {
        const uint64_t depth = std::min(kDepth, k - p);
        for (uint64_t i = 0; i < rows; i += kPanelRows) {
          pack_a(batch, i0 + i, std::min(kPanelRows, rows - i), p, depth, a + i * kDepth);
        }
        for (uint64_t j = 0; j < columns; j += kPanelColumns) {
          pack_b(batch, j0 + j, std::min(kPanelColumns, columns - j), p, depth, b + j * kDepth);
        }
        for (uint64_t i = 0; i < rows; i += kPanelRows) {
          for (uint64_t j = 0; j < columns; j += kPanelColumns) {
            multiply_rows(std::min(kPanelRows, rows - i), a + i * kDepth, b + j * kDepth, depth,
                          c + i * kTileColumns + j);
          }
        }
      }
      for (uint64_t i = 0; i < rows; ++i) store(batch, i0 + i, j0, columns, c + i * kTileColumns);
    }
  });
}

}  // namespace mortise::reference
