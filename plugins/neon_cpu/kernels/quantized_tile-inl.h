// SPDX-License-Identifier: Apache-2.0
//
// Quantized tile: sums of products of up to kRows rows of A and one panel of packed B, in registers.
#if defined(MORTISE_NEON_QUANTIZED_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MORTISE_NEON_QUANTIZED_TILE_INL_H_
#undef MORTISE_NEON_QUANTIZED_TILE_INL_H_
#else
#define MORTISE_NEON_QUANTIZED_TILE_INL_H_
#endif

#include <array>
#include <cstring>
#include <utility>

#include "plugins/neon_cpu/kernels/gemm_core.h"
#include "plugins/neon_cpu/kernels/quantized_output-inl.h"
#include "plugins/neon_cpu/kernels/unroll.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

constexpr int kRows = 6;
#if HWY_TARGET <= HWY_AVX3
constexpr int kVectors = 4;
#else
constexpr int kVectors = 2;
#endif
static_assert(kVectors * kLanes <= kMaxPanelWidth);

#if HWY_TARGET == HWY_AVX3_DL
constexpr uint64_t kGroup = 4;
using Packed = uint8_t;

// sum += the products of four bytes with four bytes. As an instruction, since GCC 12 keeps the sums of the intrinsic in
// memory, which halves the speed.
template <bool kASigned>
HWY_INLINE IntVec MultiplyGroup(IntVec a, IntVec b, IntVec sum) {
  const IntVec& without_sign = kASigned ? b : a;
  const IntVec& with_sign = kASigned ? a : b;
  asm("vpdpbusd %2, %1, %0" : "+v"(sum.raw) : "v"(without_sign.raw), "v"(with_sign.raw));
  return sum;
}
#else
constexpr uint64_t kGroup = 2;
using Packed = int16_t;

// sum += the products of two 16-bit numbers with two.
template <bool kASigned>
HWY_INLINE IntVec MultiplyGroup(IntVec a, IntVec b, IntVec sum) {
#if HWY_TARGET == HWY_NEON
  // The pairs of four columns lie apart: first the first numbers, then the second ones.
  const int16x8_t pairs = vreinterpretq_s16_s32(b.raw);
  const int16x8_t factors = vreinterpretq_s16_s32(a.raw);
  sum.raw = vmlal_laneq_s16(sum.raw, vget_low_s16(pairs), factors, 0);
  sum.raw = vmlal_high_laneq_s16(sum.raw, pairs, factors, 1);
  return sum;
#else
  const hn::Repartition<int16_t, Ints> d16;
  IntVec unused = hn::Zero(Ints());
  return hn::ReorderWidenMulAccumulate(Ints(), hn::BitCast(d16, a), hn::BitCast(d16, b), sum, unused);
#endif
}
#endif

// One tile: up to kRows rows of A and one panel.
struct QuantizedTile {
  uint64_t k = 0;
  const std::byte* a = nullptr;
  int64_t a_stride = 0;  // bytes
  const Packed* b = nullptr;
  const int32_t* b_sums = nullptr;
  size_t columns = 0;
  const int32_t* a_sums = nullptr;   // of the rows, less k times their zero points; null: B's zero points are all 0
  const int32_t* a_zeros = nullptr;  // null: all 0
  const int32_t* b_zeros = nullptr;  // shifted, one per column of the panel
  uint64_t row = 0, column = 0;      // in C
};

// Four bytes, or two 16-bit numbers; beyond the end zeros.
HWY_INLINE int32_t GroupAt(const std::byte* a, uint64_t bytes) {
  int32_t group = 0;
  std::memcpy(&group, a, bytes);
  return group;
}

template <bool kASigned, int MR, int NV>
HWY_INLINE void MultiplyBytes(const QuantizedTile& t, IntVec (&sum)[MR][NV]) {
  const Ints d;
  MORTISE_UNROLL for (int i = 0; i < MR; ++i) { MORTISE_UNROLL for (int j = 0; j < NV; ++j) sum[i][j] = hn::Zero(d); }
  const auto* b = reinterpret_cast<const int32_t*>(t.b);
  const uint64_t bytes = t.k * sizeof(Packed);
  uint64_t at = 0;
  for (; at + 4 <= bytes; at += 4, b += NV * kLanes) {
    IntVec column[NV];
    MORTISE_UNROLL for (int j = 0; j < NV; ++j) column[j] = hn::LoadU(d, b + j * kLanes);
    MORTISE_UNROLL for (int i = 0; i < MR; ++i) {
      const IntVec factor = hn::Set(d, GroupAt(t.a + i * t.a_stride + at, 4));
      MORTISE_UNROLL for (int j = 0; j < NV; ++j) { sum[i][j] = MultiplyGroup<kASigned>(factor, column[j], sum[i][j]); }
    }
  }
  if (at == bytes) return;
  MORTISE_UNROLL for (int i = 0; i < MR; ++i) {
    const IntVec factor = hn::Set(d, GroupAt(t.a + i * t.a_stride + at, bytes - at));
    MORTISE_UNROLL for (int j = 0; j < NV; ++j) {
      sum[i][j] = MultiplyGroup<kASigned>(factor, hn::LoadU(d, b + j * kLanes), sum[i][j]);
    }
  }
}

template <bool kASigned, int MR, int NV>
HWY_NOINLINE void RunQuantizedTile(const QuantizedTile& t, const QuantizedOutput& output) {
  const Ints d;
  IntVec sum[MR][NV];
  MultiplyBytes<kASigned, MR, NV>(t, sum);
  MORTISE_UNROLL for (int i = 0; i < MR; ++i) {
    MORTISE_UNROLL for (int j = 0; j < NV; ++j) {
      const size_t column = j * kLanes;
      IntVec y = sum[i][j];
      if (t.a_zeros != nullptr) {
        y = hn::Sub(y, hn::Mul(hn::Set(d, t.a_zeros[i]), hn::LoadU(d, t.b_sums + column)));
      }
      if (t.a_sums != nullptr) {
        y = hn::Sub(y, hn::Mul(hn::Set(d, t.a_sums[i]), hn::LoadU(d, t.b_zeros + column)));
      }
      StoreResult(output, y, t.row + i, t.column + column, j + 1 < NV ? kLanes : t.columns - column);
    }
  }
}

using QuantizedTileFunction = void (*)(const QuantizedTile&, const QuantizedOutput&);

template <bool kASigned, size_t... I>
constexpr std::array<QuantizedTileFunction, sizeof...(I)> MakeQuantizedTiles(std::index_sequence<I...>) {
  return {&RunQuantizedTile<kASigned, static_cast<int>(I / kVectors) + 1, static_cast<int>(I % kVectors) + 1>...};
}
// By the sign of A, rows, vectors.
constexpr size_t kNumTiles = size_t{kRows} * kVectors;
constexpr std::array<QuantizedTileFunction, kNumTiles> kQuantizedTiles[] = {
    MakeQuantizedTiles<false>(std::make_index_sequence<kNumTiles>()),
    MakeQuantizedTiles<true>(std::make_index_sequence<kNumTiles>())};

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
