// SPDX-License-Identifier: Apache-2.0
//
// Gemm core: the one loop nest behind matrix products and convolutions. Internal to the kernels.
//
// C is cut into groups of panels (columns) and spans of rows; an item is one span of one group. Per block of k the panels
// of B of the group lie in scratch (or are packed beforehand), a block of rows of A in the second-level cache, and a tile
// of C, MR rows by NV vectors, in registers. Panels are as equally wide as they can be, so that the last one is not a
// sliver. Every span packs its group's panels again, so there are several spans only where groups alone are too few items.
#pragma once

#include <algorithm>

#include "gemm.h"

namespace mortise::neon {

// What depends on the target.
struct TileSize {
  uint64_t lanes;    // floats in a vector
  uint64_t vectors;  // in the widest panel
  bool thin;         // one column that is left over is a panel of width 1, else of one vector
};

constexpr uint64_t ceil_div(uint64_t a, uint64_t b) { return (a + b - 1) / b; }

// How n columns are cut into panels.
class Panels {
 public:
  Panels(uint64_t n, TileSize tile)
      : n_(n),
        lanes_(tile.lanes),
        thin_(tile.thin && n % tile.lanes == 1),
        vectors_(thin_ ? n / tile.lanes : ceil_div(n, tile.lanes)),
        wide_(ceil_div(vectors_, tile.vectors)) {}

  uint64_t count() const { return std::max<uint64_t>(1, wide_ + (thin_ ? 1 : 0)); }
  // First column of panel p, a multiple of `lanes`; p = count() gives the padded width of all.
  uint64_t column(uint64_t p) const {
    if (p > wide_ || wide_ == 0) return vectors_ * lanes_ + (thin_ && p > wide_ ? 1 : 0);
    return (p * (vectors_ / wide_) + std::min(p, vectors_ % wide_)) * lanes_;
  }
  uint64_t width(uint64_t p) const { return column(p + 1) - column(p); }
  // Without padding.
  uint64_t columns(uint64_t p) const { return std::min(column(p + 1), n_) - column(p); }

 private:
  uint64_t n_, lanes_;
  bool thin_;
  uint64_t vectors_, wide_;
};

// Where panels of B come from, unless it is packed beforehand.
struct PanelSource {
  // Writes rows [k0, k0 + kc) and columns [n0, n0 + n) of member `member` of the batch to panel[kc][width], and zeros
  // to the rest of each row.
  void (*pack)(const void* self, uint64_t member, uint64_t k0, uint64_t kc, uint64_t n0, uint64_t n, uint64_t width,
               float* panel) = nullptr;
  const void* self = nullptr;
};

inline constexpr uint64_t kRowBlock = 48;       // a multiple of every tile's rows
inline constexpr uint64_t kMaxPanelWidth = 64;  // no target's panels are wider

// What an item covers.
struct Cut {
  uint64_t panels = 1;  // of a group
  uint64_t rows = 1;    // of a span
};

// Blocks of k: one up to 384, else equal ones of at most 256.
inline uint64_t k_block(uint64_t k) { return k <= 384 ? std::max<uint64_t>(k, 1) : ceil_div(k, ceil_div(k, 256)); }

Cut core_cut(const GemmShape& shape);
Work core_work(const GemmShape& shape);
// Packing B beforehand, panel by panel and block of k by block of k, into packed_b_size(k, n) floats.
Work core_pack_work(const GemmShape& shape);
void core_pack(const GemmShape& shape, const PanelSource& source, float* packed, uint64_t begin, uint64_t end);
// call.b is ignored if `source` has a function.
void core_gemm(const Gemm& call, const PanelSource& source, uint64_t begin, uint64_t end, std::byte* scratch);

TileSize core_tile_size();
// C[m][n] = A * B without an epilogue, for one panel B[k][n] of at most core_tile_size(): n is a multiple of lanes, or 1.
void core_panel(uint64_t m, uint64_t n, uint64_t k, const float* a, int64_t a_stride, const float* b, float* c,
                int64_t c_stride);

}  // namespace mortise::neon
