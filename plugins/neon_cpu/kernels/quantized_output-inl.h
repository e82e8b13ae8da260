// SPDX-License-Identifier: Apache-2.0
//
// Quantized output: from 32-bit sums to what is stored of them.
#if defined(MORTISE_NEON_QUANTIZED_OUTPUT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MORTISE_NEON_QUANTIZED_OUTPUT_INL_H_
#undef MORTISE_NEON_QUANTIZED_OUTPUT_INL_H_
#else
#define MORTISE_NEON_QUANTIZED_OUTPUT_INL_H_
#endif

#include <cstring>

#include "plugins/neon_cpu/kernels/math-inl.h"
#include "plugins/neon_cpu/kernels/quantized.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

using Ints = hn::RebindToSigned<Floats>;
using IntVec = hn::Vec<Ints>;

HWY_INLINE IntVec LoadFirstInts(const int32_t* from, size_t n) {
  return hn::BitCast(Ints(), LoadFirst(reinterpret_cast<const float*>(from), n));
}

// The value of C at (row, column…) from its sums: requantised, or as they are.
HWY_INLINE void StoreResult(const QuantizedOutput& o, IntVec sum, uint64_t row, uint64_t column, size_t n) {
  const Ints d;
  const int64_t at = static_cast<int64_t>(row) * o.c_stride + static_cast<int64_t>(column);
  if (o.sums != nullptr) {
    StoreFirst(hn::BitCast(Floats(), sum), reinterpret_cast<float*>(o.sums + at), n);
    return;
  }
  if (o.row_bias != nullptr) sum = hn::Add(sum, hn::Set(d, o.row_bias[row]));
  if (o.column_bias != nullptr) sum = hn::Add(sum, LoadFirstInts(o.column_bias + column, n));
  Vec factor = Constant(o.row_multipliers != nullptr ? o.row_multipliers[row] : o.multiplier);
  if (o.column_multipliers != nullptr) factor = LoadFirst(o.column_multipliers + column, n);
  // Clipped before it is rounded, which is the same and stays within 32 bits.
  const int32_t low = std::max(o.low, o.is_signed ? -128 : 0) - o.zero_point;
  const int32_t high = std::min(o.high, o.is_signed ? 127 : 255) - o.zero_point;
  const Vec scaled =
      Clamp(hn::Mul(hn::ConvertTo(Floats(), sum), factor), static_cast<float>(low), static_cast<float>(high));
  const IntVec rounded = hn::Add(hn::NearestInt(scaled), hn::Set(d, o.zero_point));
  auto* const y = static_cast<uint8_t*>(o.y) + at;
  const hn::Rebind<uint8_t, Ints> du8;
  const hn::Rebind<int8_t, Ints> di8;
  const auto bytes = o.is_signed ? hn::BitCast(du8, hn::DemoteTo(di8, rounded)) : hn::DemoteTo(du8, rounded);
  if (n >= kLanes) {
    hn::StoreU(bytes, du8, y);
  } else {
    HWY_ALIGN uint8_t buffer[kLanes];
    hn::Store(bytes, du8, buffer);
    std::memcpy(y, buffer, n);
  }
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
