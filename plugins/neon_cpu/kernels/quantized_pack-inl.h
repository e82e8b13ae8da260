// SPDX-License-Identifier: Apache-2.0
//
// Quantized pack: panels of B as the tiles read them.
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

inline void FetchRow(const ByteRows& rows, uint64_t k, uint64_t n0, uint64_t n, uint8_t* to) {
  const auto* const row = static_cast<const uint8_t*>(rows.b) + static_cast<int64_t>(k) * rows.row_stride +
                          static_cast<int64_t>(n0) * rows.column_stride;
  if (rows.column_stride == 1) {
    std::memcpy(to, row, n);
  } else {
    for (uint64_t j = 0; j < n; ++j) to[j] = row[static_cast<int64_t>(j) * rows.column_stride];
  }
}

// kGroup rows of `width` bytes to groups; T is the type that the bytes are.
template <class T>
HWY_INLINE void Interleave(const uint8_t (*bytes)[kMaxPanelWidth], [[maybe_unused]] int32_t shift, uint64_t width,
                           Packed* to) {
#if HWY_TARGET == HWY_AVX3_DL
  const hn::Full128<uint8_t> d;
  const auto flip = hn::Set(d, shift != 0 ? 0x80 : 0);
  for (uint64_t j = 0; j < width; j += 16) {
    hn::StoreInterleaved4(hn::Xor(hn::Load(d, bytes[0] + j), flip), hn::Xor(hn::Load(d, bytes[1] + j), flip),
                          hn::Xor(hn::Load(d, bytes[2] + j), flip), hn::Xor(hn::Load(d, bytes[3] + j), flip), d,
                          to + 4 * j);
  }
#else
  const hn::Full64<T> d8;
  const hn::Full128<int16_t> d16;
  HWY_ALIGN uint8_t eight[8];
  for (uint64_t j = 0; j < width; j += 4) {
    std::memcpy(eight, bytes[0] + j, 4);
    std::memcpy(eight + 4, bytes[1] + j, 4);
#if HWY_TARGET == HWY_NEON
    const auto ordered = hn::Load(d8, reinterpret_cast<const T*>(eight));
#else
    const auto both = hn::Load(d8, reinterpret_cast<const T*>(eight));
    const hn::Full64<int32_t> d32;
    const auto second = hn::BitCast(d8, hn::Shuffle2301(hn::BitCast(d32, both)));
    const auto ordered = hn::InterleaveLower(d8, both, second);
#endif
    hn::StoreU(hn::PromoteTo(d16, ordered), d16, to + 2 * j);
  }
#endif
}

HWY_INLINE void AddRow(const uint8_t* bytes, bool is_signed, int32_t shift, uint64_t width, int32_t* sums) {
  if (is_signed) {
    for (uint64_t j = 0; j < width; ++j) sums[j] += static_cast<int8_t>(bytes[j]) + shift;
  } else {
    for (uint64_t j = 0; j < width; ++j) sums[j] += bytes[j] + shift;
  }
}

// One panel and, if wanted, the sums of its columns. Rows behind the last are 0, whatever A is taken to have there.
inline void PackPanel(const QuantizedGemmShape& shape, const ByteRows& rows, uint64_t n0, uint64_t n, uint64_t width,
                      bool with_sums, std::byte* panel) {
  HWY_ALIGN uint8_t bytes[kGroup][kMaxPanelWidth] = {};
  auto* to = reinterpret_cast<Packed*>(panel);
  auto* const sums = reinterpret_cast<int32_t*>(panel + Groups(shape.k) * kGroup * width * sizeof(Packed));
  const int32_t shift = Shift(shape);
  std::fill(sums, sums + width, 0);
  const auto fetch_all = [&](auto&& fetch) HWY_ATTR {
    for (uint64_t k = 0; k < shape.k; k += kGroup, to += kGroup * width) {
      const uint64_t count = std::min(kGroup, shape.k - k);
      for (uint64_t g = 0; g < count; ++g) fetch(k + g, bytes[g]);
      // Rows that are not there count as what is packed as 0.
      for (uint64_t g = count; g < kGroup; ++g) std::fill_n(bytes[g], width, shift != 0 ? uint8_t{0x80} : uint8_t{0});
      for (uint64_t g = 0; with_sums && g < count; ++g) AddRow(bytes[g], shape.b_signed, shift, width, sums);
      shape.b_signed ? Interleave<int8_t>(bytes, shift, width, to) : Interleave<uint8_t>(bytes, shift, width, to);
    }
  };
  if (rows.columns_of != nullptr) {
    Columns<uint8_t> columns(*rows.columns_of, static_cast<const uint8_t*>(rows.b), rows.padding, n0, n);
    columns.Seek(0);
    fetch_all([&](uint64_t, uint8_t* row) HWY_ATTR { columns.Next(row); });
  } else {
    fetch_all([&](uint64_t k, uint8_t* row) HWY_ATTR { FetchRow(rows, k, n0, n, row); });
  }
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
