// SPDX-License-Identifier: Apache-2.0
//
// quantize() and dequantize() of quantized.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/quantize.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include <algorithm>

#include "hwy/highway.h"
#include "plugins/neon_cpu/kernels/math-inl.h"
#include "plugins/neon_cpu/kernels/quantized.h"

#ifndef MORTISE_NEON_QUANTIZE_BLOCK
#define MORTISE_NEON_QUANTIZE_BLOCK
namespace mortise::neon {
inline constexpr uint64_t kQuantizeBlock = 4096;  // elements of an item

// Item i is a block of the row of one channel.
struct QuantizeBlocks {
  explicit QuantizeBlocks(const QuantizeShape& s) : per_row((s.inner + kQuantizeBlock - 1) / kQuantizeBlock) {}
  uint64_t per_row;
};
}  // namespace mortise::neon
#endif

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

// T is uint8_t or int8_t.
template <class T>
HWY_INLINE void QuantizeRun(const float* x, float scale, int32_t zero, uint64_t n, T* y) {
  const Floats d;
  const hn::RebindToSigned<Floats> di;
  const hn::Rebind<T, Floats> d8;
  const size_t lanes = hn::Lanes(d);
  const auto low = static_cast<float>(std::numeric_limits<T>::min() - zero);
  const auto high = static_cast<float>(std::numeric_limits<T>::max() - zero);
  HWY_ALIGN T buffer[hn::MaxLanes(Floats())];
  for (uint64_t i = 0; i < n; i += lanes) {
    const Vec scaled = hn::Div(LoadFirst(x + i, n - i), Constant(scale));
    // NaN becomes the zero point.
    const Vec number = hn::IfThenZeroElse(hn::IsNaN(scaled), scaled);
    const auto rounded = hn::Add(hn::NearestInt(Clamp(number, low, high)), hn::Set(di, zero));
    const auto bytes = hn::DemoteTo(d8, rounded);
    if (n - i >= lanes) {
      hn::StoreU(bytes, d8, y + i);
    } else {
      hn::Store(bytes, d8, buffer);
      std::copy(buffer, buffer + (n - i), y + i);
    }
  }
}

template <class T>
HWY_INLINE void DequantizeRun(const T* x, float scale, int32_t zero, uint64_t n, float* y) {
  for (uint64_t i = 0; i < n; ++i) y[i] = static_cast<float>(x[i] - zero) * scale;
}

// run(channel, first element, number of elements) for every item.
template <class Run>
HWY_INLINE void ForItems(const QuantizeShape& s, uint64_t begin, uint64_t end, Run run) {
  const QuantizeBlocks blocks(s);
  for (uint64_t item = begin; item < end; ++item) {
    const uint64_t row = item / blocks.per_row, at = item % blocks.per_row * kQuantizeBlock;
    run(row % s.channels, row * s.inner + at, std::min(kQuantizeBlock, s.inner - at));
  }
}

void Quantize(const QuantizeShape& s, const float* x, const float* scales, const int32_t* zeros, bool is_signed,
              void* y, uint64_t begin, uint64_t end) {
  ForItems(s, begin, end, [=](uint64_t channel, uint64_t at, uint64_t n) HWY_ATTR {
    const int32_t zero = zeros != nullptr ? zeros[channel] : 0;
    if (is_signed) {
      QuantizeRun(x + at, scales[channel], zero, n, static_cast<int8_t*>(y) + at);
    } else {
      QuantizeRun(x + at, scales[channel], zero, n, static_cast<uint8_t*>(y) + at);
    }
  });
}

void Dequantize(const QuantizeShape& s, const void* x, bool is_signed, const float* scales, const int32_t* zeros,
                float* y, uint64_t begin, uint64_t end) {
  ForItems(s, begin, end, [=](uint64_t channel, uint64_t at, uint64_t n) HWY_ATTR {
    const int32_t zero = zeros != nullptr ? zeros[channel] : 0;
    if (is_signed) {
      DequantizeRun(static_cast<const int8_t*>(x) + at, scales[channel], zero, n, y + at);
    } else {
      DequantizeRun(static_cast<const uint8_t*>(x) + at, scales[channel], zero, n, y + at);
    }
  });
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mortise::neon {

HWY_EXPORT(Quantize);
HWY_EXPORT(Dequantize);

Work quantize_work(const QuantizeShape& s) {
  return {.items = s.outer * s.channels * QuantizeBlocks(s).per_row,
          .ns_per_item = 5 + 0.1 * static_cast<double>(std::min(kQuantizeBlock, s.inner))};
}

void quantize(const QuantizeShape& shape, const float* x, const float* scales, const int32_t* zeros, bool is_signed,
              void* y, uint64_t begin, uint64_t end) {
  HWY_DYNAMIC_DISPATCH(Quantize)(shape, x, scales, zeros, is_signed, y, begin, end);
}

void dequantize(const QuantizeShape& shape, const void* x, bool is_signed, const float* scales, const int32_t* zeros,
                float* y, uint64_t begin, uint64_t end) {
  HWY_DYNAMIC_DISPATCH(Dequantize)(shape, x, is_signed, scales, zeros, y, begin, end);
}

}  // namespace mortise::neon
#endif
