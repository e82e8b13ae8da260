// SPDX-License-Identifier: Apache-2.0
//
// Gemm tile: sums of products of up to kRows rows of A and one panel of B, in registers, and their epilogue as far as it
// is linear or a clamp.
#if defined(MORTISE_NEON_GEMM_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MORTISE_NEON_GEMM_TILE_INL_H_
#undef MORTISE_NEON_GEMM_TILE_INL_H_
#else
#define MORTISE_NEON_GEMM_TILE_INL_H_
#endif

#include <array>
#include <limits>
#include <utility>

#include "plugins/neon_cpu/kernels/gemm_core.h"
#include "plugins/neon_cpu/kernels/math-inl.h"
#include "plugins/neon_cpu/kernels/unroll.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

// Accumulators fill three quarters of the registers: 6 x 4 of 32 with AVX-512, 6 x 2 of 16 with AVX2 and SSE4. NEON
// loads four elements of each row of A at once and multiplies by lane: 6 x 3 and 6 + 3 operands of 32.
constexpr int kRows = 6;
#if HWY_TARGET <= HWY_AVX3
constexpr int kVectors = 4;
#elif HWY_TARGET == HWY_NEON
constexpr int kVectors = 3;
#else
constexpr int kVectors = 2;
#endif
static_assert(kVectors * kLanes <= kMaxPanelWidth);

// One tile of C and one block of k.
struct Tile {
  uint64_t k = 0;
  const float* a = nullptr;
  int64_t a_stride = 0;
  const float* b = nullptr;  // a panel
  float* c = nullptr;
  int64_t c_stride = 0;
  size_t columns = 0;  // of C; the last vector may reach beyond
  bool first = false;  // block of k: c is written, not added to
  float scale = 1;
  const float* row_bias = nullptr;
  const float* column_bias = nullptr;
  const float* residual = nullptr;
  // A clamp, of the last block of k.
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

// Sums of MR x NV vectors. Few rows would wait for their own additions, so k is dealt out to several sets of sums.
template <int MR, int NV>
HWY_INLINE void Multiply(const Tile& t, Vec (&sum)[MR][NV]) {
  constexpr int kSets = MR * NV >= 8 ? 1 : MR * NV >= 4 ? 2 : 4;
  const Floats d;
  Vec acc[kSets][MR][NV];
  MORTISE_UNROLL for (int s = 0; s < kSets; ++s) {
    MORTISE_UNROLL for (int i = 0; i < MR; ++i) {
      MORTISE_UNROLL for (int j = 0; j < NV; ++j) acc[s][i][j] = hn::Zero(d);
    }
  }
  const float* a[MR];
  MORTISE_UNROLL for (int i = 0; i < MR; ++i) a[i] = t.a + i * t.a_stride;
  const float* b = t.b;
  uint64_t k = 0;
#if HWY_TARGET == HWY_NEON
  for (; k + 4 <= t.k; k += 4) {
    Vec row[MR];
    MORTISE_UNROLL for (int i = 0; i < MR; ++i) row[i] = hn::LoadU(d, a[i] + k);
    const auto step = [&]<int kLane>() HWY_ATTR {
      Vec column[NV];
      MORTISE_UNROLL for (int j = 0; j < NV; ++j) column[j] = hn::Load(d, b + j * kLanes);
      MORTISE_UNROLL for (int i = 0; i < MR; ++i) {
        MORTISE_UNROLL for (int j = 0; j < NV; ++j) {
          Vec& to = acc[kLane % kSets][i][j];
          to = hn::MulAdd(column[j], hn::Broadcast<kLane>(row[i]), to);
        }
      }
      b += NV * kLanes;
    };
    step.template operator()<0>();
    step.template operator()<1>();
    step.template operator()<2>();
    step.template operator()<3>();
  }
#else
  for (; k + kSets <= t.k; k += kSets) {
    MORTISE_UNROLL for (int s = 0; s < kSets; ++s) {
      Vec column[NV];
      MORTISE_UNROLL for (int j = 0; j < NV; ++j) column[j] = hn::Load(d, b + j * kLanes);
      MORTISE_UNROLL for (int i = 0; i < MR; ++i) {
        const Vec factor = hn::Set(d, a[i][k + s]);
        MORTISE_UNROLL for (int j = 0; j < NV; ++j) acc[s][i][j] = hn::MulAdd(factor, column[j], acc[s][i][j]);
      }
      b += NV * kLanes;
    }
  }
#endif
  for (; k < t.k; ++k) {
    MORTISE_UNROLL for (int i = 0; i < MR; ++i) {
      const Vec factor = hn::Set(d, a[i][k]);
      MORTISE_UNROLL for (int j = 0; j < NV; ++j) {
        acc[0][i][j] = hn::MulAdd(factor, hn::Load(d, b + j * kLanes), acc[0][i][j]);
      }
    }
    b += NV * kLanes;
  }
  MORTISE_UNROLL for (int i = 0; i < MR; ++i) {
    MORTISE_UNROLL for (int j = 0; j < NV; ++j) {
      sum[i][j] = acc[0][i][j];
      MORTISE_UNROLL for (int s = 1; s < kSets; ++s) sum[i][j] = hn::Add(sum[i][j], acc[s][i][j]);
    }
  }
}

template <int MR, int NV>
HWY_NOINLINE void RunTile(const Tile& t) {
  const Floats d;
  Vec sum[MR][NV];
  Multiply<MR, NV>(t, sum);
  MORTISE_UNROLL for (int i = 0; i < MR; ++i) {
    float* const c = t.c + i * t.c_stride;
    const float* const addend = !t.first ? c : t.residual != nullptr ? t.residual + i * t.c_stride : nullptr;
    const Vec scale = hn::Set(d, t.scale);
    const Vec row_bias = t.row_bias != nullptr ? hn::Set(d, t.row_bias[i]) : hn::Zero(d);
    MORTISE_UNROLL for (int j = 0; j < NV; ++j) {
      const size_t column = j * kLanes;
      const size_t left = j + 1 < NV ? kLanes : t.columns - column;
      Vec y = hn::MulAdd(scale, sum[i][j], row_bias);
      if (t.column_bias != nullptr) y = hn::Add(y, LoadFirst(t.column_bias + column, left));
      if (addend != nullptr) y = hn::Add(y, LoadFirst(addend + column, left));
      StoreFirst(Clamp(y, t.low, t.high), c + column, left);
    }
  }
}

// One column: sums run along k, which is contiguous in rows of A and in a panel of width 1.
template <int MR>
HWY_NOINLINE void RunThinTile(const Tile& t) {
  const Floats d;
  Vec sum[MR];
  MORTISE_UNROLL for (int i = 0; i < MR; ++i) sum[i] = hn::Zero(d);
  for (uint64_t k = 0; k < t.k; k += kLanes) {
    const Vec b = LoadFirst(t.b + k, t.k - k);
    MORTISE_UNROLL for (int i = 0; i < MR; ++i) {
      sum[i] = hn::MulAdd(LoadFirst(t.a + i * t.a_stride + k, t.k - k), b, sum[i]);
    }
  }
  MORTISE_UNROLL for (int i = 0; i < MR; ++i) {
    float* const c = t.c + i * t.c_stride;
    float y = t.scale * hn::GetLane(hn::SumOfLanes(d, sum[i]));
    if (t.row_bias != nullptr) y += t.row_bias[i];
    if (t.column_bias != nullptr) y += *t.column_bias;
    if (!t.first) y += *c;
    if (t.first && t.residual != nullptr) y += t.residual[i * t.c_stride];
    *c = hn::GetLane(Clamp(hn::Set(d, y), t.low, t.high));
  }
}

using TileFunction = void (*)(const Tile&);

template <int MR, int NV>
constexpr TileFunction TileOf() {
  if constexpr (NV == 0) {
    return &RunThinTile<MR>;
  } else {
    return &RunTile<MR, NV>;
  }
}

template <size_t... I>
constexpr std::array<TileFunction, sizeof...(I)> MakeTiles(std::index_sequence<I...>) {
  return {TileOf<static_cast<int>(I / (kVectors + 1)) + 1, static_cast<int>(I % (kVectors + 1))>()...};
}
constexpr auto kTiles = MakeTiles(std::make_index_sequence<size_t{kRows} * (kVectors + 1)>());

// For so many rows, and panels of that width.
inline TileFunction TileFor(uint64_t rows, uint64_t width) {
  return kTiles[(rows - 1) * (kVectors + 1) + width / kLanes];
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
