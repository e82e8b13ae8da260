// SPDX-License-Identifier: Apache-2.0
//
// Quantized pack: panels of B as the tiles read them, from matrices and from images.
#if defined(MORTISE_NEON_QUANTIZED_PACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MORTISE_NEON_QUANTIZED_PACK_INL_H_
#undef MORTISE_NEON_QUANTIZED_PACK_INL_H_
#else
#define MORTISE_NEON_QUANTIZED_PACK_INL_H_
#endif

#include <cstring>

#include "plugins/neon_cpu/kernels/columns-inl.h"
#include "plugins/neon_cpu/kernels/quantized_core.h"
#include "plugins/neon_cpu/kernels/quantized_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

inline uint64_t Groups(uint64_t k) { return ceil_div(k, kGroup); }

// Of one column of packed B, its sum included.
inline uint64_t ColumnBytes(uint64_t k) { return Groups(k) * kGroup * sizeof(Packed) + sizeof(int32_t); }

// What is added to B's bytes, and hence to its zero points, when packed.
inline int32_t Shift(const QuantizedGemmShape& shape) {
  if (kGroup == 2 || shape.a_signed != shape.b_signed) return 0;
  return shape.b_signed ? 128 : -128;
}

// kGroup rows of `width` bytes, of which kMaxPanelWidth may be read, to a row of groups; T is the type that the bytes are.
// `width` is a multiple of kLanes.
template <class T>
HWY_INLINE void Interleave(const uint8_t* const (&rows)[kGroup], [[maybe_unused]] int32_t shift, uint64_t width,
                           Packed* to) {
#if HWY_TARGET == HWY_AVX3_DL
  const hn::ScalableTag<uint8_t> d;
  const hn::ScalableTag<uint16_t> d16;
  const hn::ScalableTag<uint32_t> d32;
  static_assert(kMaxPanelWidth == hn::MaxLanes(hn::ScalableTag<uint8_t>()));
  // Interleaving stays within blocks of 16 bytes; so that columns end up in order, block i takes every fourth four of
  // them from the i-th on.
  HWY_ALIGN static constexpr uint32_t kOrder[] = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
  const auto order = hn::SetTableIndices(d32, kOrder);
  const auto flip = hn::Set(d, shift != 0 ? 0x80 : 0);
  const auto load = [&](uint64_t g) HWY_ATTR {
    const auto row = hn::Xor(hn::LoadU(d, rows[g]), flip);
    return hn::BitCast(d, hn::TableLookupLanes(hn::BitCast(d32, row), order));
  };
  const auto r0 = load(0), r1 = load(1), r2 = load(2), r3 = load(3);
  const auto low01 = hn::BitCast(d16, hn::InterleaveLower(d, r0, r1));
  const auto low23 = hn::BitCast(d16, hn::InterleaveLower(d, r2, r3));
  const auto high01 = hn::BitCast(d16, hn::InterleaveUpper(d, r0, r1));
  const auto high23 = hn::BitCast(d16, hn::InterleaveUpper(d, r2, r3));
  auto* const out = reinterpret_cast<uint16_t*>(to);
  hn::StoreU(hn::InterleaveLower(d16, low01, low23), d16, out);
  if (width > 16) hn::StoreU(hn::InterleaveUpper(d16, low01, low23), d16, out + 32);
  if (width > 32) hn::StoreU(hn::InterleaveLower(d16, high01, high23), d16, out + 64);
  if (width > 48) hn::StoreU(hn::InterleaveUpper(d16, high01, high23), d16, out + 96);
#else
  const hn::Full128<uint8_t> d;
  const hn::Full128<T> dt;
  const hn::Full128<int16_t> d16;
  for (uint64_t j = 0; j < width; j += 8) {
    const auto first = hn::ZeroExtendVector(d, hn::LoadU(hn::Full64<uint8_t>(), rows[0] + j));
    const auto second = hn::ZeroExtendVector(d, hn::LoadU(hn::Full64<uint8_t>(), rows[1] + j));
    const auto pairs = hn::BitCast(dt, hn::InterleaveLower(d, first, second));
    hn::StoreU(hn::PromoteTo(d16, hn::LowerHalf(pairs)), d16, to + 2 * j);
    if (j + 4 == width) break;
    hn::StoreU(hn::PromoteTo(d16, hn::UpperHalf(hn::Full64<T>(), pairs)), d16, to + 2 * j + 8);
  }
#endif
}

HWY_INLINE void InterleaveAs(bool is_signed, const uint8_t* const (&rows)[kGroup], int32_t shift, uint64_t width,
                             Packed* to) {
  is_signed ? Interleave<int8_t>(rows, shift, width, to) : Interleave<uint8_t>(rows, shift, width, to);
}

// A row of groups as the tiles read it.
HWY_INLINE void Arrange([[maybe_unused]] uint64_t width, [[maybe_unused]] Packed* row) {
#if HWY_TARGET == HWY_NEON
  // The pairs of four columns lie apart: first the first numbers, then the second ones.
  const hn::Full128<int16_t> d;
  for (uint64_t j = 0; j < 2 * width; j += 8) {
    const auto pairs = hn::LoadU(d, row + j);
    hn::StoreU(hn::ConcatUpperLower(d, hn::ConcatOdd(d, pairs, pairs), hn::ConcatEven(d, pairs, pairs)), d, row + j);
  }
#endif
}

// sums += the sum of each group of a row that is arranged.
HWY_INLINE void AddGroups(bool a_signed, uint64_t width, const Packed* row, int32_t* sums) {
  const Ints d;
  const IntVec ones = hn::Set(d, kGroup == 4 ? 0x01010101 : 0x00010001);
  const auto* const groups = reinterpret_cast<const int32_t*>(row);
  for (uint64_t j = 0; j < width; j += kLanes) {
    const IntVec sum = hn::LoadU(d, sums + j), group = hn::LoadU(d, groups + j);
    hn::StoreU(a_signed ? MultiplyGroup<true>(ones, group, sum) : MultiplyGroup<false>(ones, group, sum), d, sums + j);
  }
}

// One panel, row by row from next(row), and the sums of its columns, which count as 0 unless they are wanted.
template <class Next>
HWY_INLINE void PackRows(const QuantizedGemmShape& shape, uint64_t width, bool with_sums, std::byte* panel, Next next) {
  auto* to = reinterpret_cast<Packed*>(panel);
  auto* const sums = reinterpret_cast<int32_t*>(panel + Groups(shape.k) * kGroup * width * sizeof(Packed));
  std::fill(sums, sums + width, 0);
  for (uint64_t g = 0; g < Groups(shape.k); ++g, to += kGroup * width) {
    next(to);
    Arrange(width, to);
    if (with_sums) AddGroups(shape.a_signed, width, to, sums);
  }
}

// Columns [n0, n0 + n) of a matrix. Rows behind the last are packed as 0, whatever A is taken to have there.
inline void PackMatrix(const QuantizedGemmShape& shape, const ByteMatrix& b, uint64_t n0, uint64_t n, uint64_t width,
                       bool with_sums, std::byte* panel) {
  HWY_ALIGN uint8_t bytes[kGroup][kMaxPanelWidth] = {};
  const uint8_t* rows[kGroup];
  for (uint64_t g = 0; g < kGroup; ++g) rows[g] = bytes[g];
  const int32_t shift = Shift(shape);
  uint64_t k = 0;
  PackRows(shape, width, with_sums, panel, [&](Packed* to) HWY_ATTR {
    for (uint64_t g = 0; g < kGroup; ++g, ++k) {
      if (k >= shape.k) {
        std::fill_n(bytes[g], width, shift != 0 ? uint8_t{0x80} : uint8_t{0});
        continue;
      }
      const auto* const row = static_cast<const uint8_t*>(b.data) + static_cast<int64_t>(k) * b.row_stride +
                              static_cast<int64_t>(n0) * b.column_stride;
      if (b.column_stride == 1) {
        std::memcpy(bytes[g], row, n);
      } else {
        for (uint64_t j = 0; j < n; ++j) bytes[g][j] = row[static_cast<int64_t>(j) * b.column_stride];
      }
    }
    InterleaveAs(shape.b_signed, rows, shift, width, to);
  });
}

// Columns [n0, n0 + n) of an image.
inline void PackImage(const QuantizedGemmShape& shape, const GroupedImage& image, uint64_t n0, uint64_t n,
                      uint64_t width, bool with_sums, std::byte* panel) {
  Columns columns(*image.shape, image.pixels, image.padding, n0, n);
  columns.Seek(0);
  PackRows(shape, width, with_sums, panel, [&](Packed* to) HWY_ATTR {
    auto* const row = reinterpret_cast<float*>(to);
    columns.Next(row);
    if (n != width) std::fill(row + n, row + width, 0.0f);
  });
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
