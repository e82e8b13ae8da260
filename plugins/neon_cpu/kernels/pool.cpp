// SPDX-License-Identifier: Apache-2.0
//
// See pool.h. A row of the output is gathered from one kernel position after the other: where the stride is 1 or
// 2 in vectors. The edges need no case of their own, since every position has its own first and last
// output element.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/pool.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include "hwy/highway.h"
#include "plugins/neon_cpu/kernels/conv_parts.h"
#include "plugins/neon_cpu/kernels/pool.h"
#include "plugins/neon_cpu/kernels/strided-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

// to[i] = max(to[i], from[i * stride]) or the sum.
template <bool kMax>
HWY_INLINE void Accumulate(const float* from, uint64_t stride, uint64_t n, float* to) {
  ForStrided(from, stride, n, [to](uint64_t i, Vec x, uint64_t left) HWY_ATTR {
    const Vec before = LoadFirst(to + i, left);
    StoreFirst(kMax ? Larger(before, x) : hn::Add(before, x), to + i, left);
  });
}

// Kernel positions [first, last) along one axis that fall into [0, extent) for output `out`.
struct Reach {
  uint64_t first, last;
  Reach(uint64_t out, uint64_t stride, uint64_t pad, uint64_t kernel, uint64_t dilation, uint64_t extent) {
    const int64_t at = static_cast<int64_t>(out * stride) - static_cast<int64_t>(pad);
    const auto step = static_cast<int64_t>(dilation), positions = static_cast<int64_t>(kernel);
    const int64_t low = at < 0 ? std::min(positions, (-at + step - 1) / step) : 0;
    const int64_t above = static_cast<int64_t>(extent) - at;
    const int64_t high = above <= 0 ? 0 : std::min(positions, (above + step - 1) / step);
    first = static_cast<uint64_t>(low);
    last = static_cast<uint64_t>(std::max(low, high));
  }
  uint64_t count() const { return last - first; }
};

// The output elements [first, last) of a row for which kernel position k falls into the image.
Reach OutputsOf(const PoolShape& s, uint64_t k) {
  // The same question with the roles of kernel and output exchanged.
  return Reach(k, s.dilation.w, s.pad.w, s.out.w, s.stride.w, s.in.w);
}

template <bool kMax>
void PoolRow(const PoolShape& s, const float* plane, const Reach& depths, const Reach& heights, uint64_t d, uint64_t h,
             float* y) {
  std::fill(y, y + s.out.w, kMax ? -std::numeric_limits<float>::infinity() : 0.0f);
  for (uint64_t kd = depths.first; kd < depths.last; ++kd) {
    for (uint64_t kh = heights.first; kh < heights.last; ++kh) {
      const uint64_t in_d = d * s.stride.d + kd * s.dilation.d - s.pad.d;
      const uint64_t in_h = h * s.stride.h + kh * s.dilation.h - s.pad.h;
      const float* const row = plane + (in_d * s.in.h + in_h) * s.in.w;
      for (uint64_t kw = 0; kw < s.kernel.w; ++kw) {
        const Reach outputs = OutputsOf(s, kw);
        if (outputs.count() == 0) continue;
        const uint64_t w = outputs.first * s.stride.w + kw * s.dilation.w - s.pad.w;
        Accumulate<kMax>(row + w, s.stride.w, outputs.count(), y + outputs.first);
      }
    }
  }
}

void Pool(PoolKind kind, const PoolShape& s, const float* x, float* y, uint64_t begin, uint64_t end) {
  const bool padded = kind == PoolKind::kAverageWithPad;
  // With padding the image is as much larger, and starts as much earlier.
  const auto reach = [padded](uint64_t out, uint64_t stride, uint64_t pad, uint64_t kernel, uint64_t dilation,
                              uint64_t extent, uint64_t pad_end) {
    return Reach(out, stride, padded ? 0 : pad, kernel, dilation, padded ? extent + pad + pad_end : extent);
  };
  for (uint64_t row = begin; row < end; ++row) {
    const uint64_t h = row % s.out.h, d = row / s.out.h % s.out.d;
    const float* const plane = x + row / (s.out.h * s.out.d) * volume(s.in);
    const Reach depths(d, s.stride.d, s.pad.d, s.kernel.d, s.dilation.d, s.in.d);
    const Reach heights(h, s.stride.h, s.pad.h, s.kernel.h, s.dilation.h, s.in.h);
    float* const to = y + row * s.out.w;
    if (kind == PoolKind::kMax) {
      PoolRow<true>(s, plane, depths, heights, d, h, to);
      continue;
    }
    PoolRow<false>(s, plane, depths, heights, d, h, to);
    const uint64_t others = reach(d, s.stride.d, s.pad.d, s.kernel.d, s.dilation.d, s.in.d, s.pad_end.d).count() *
                            reach(h, s.stride.h, s.pad.h, s.kernel.h, s.dilation.h, s.in.h, s.pad_end.h).count();
    for (uint64_t w = 0; w < s.out.w; ++w) {
      const uint64_t count =
          others * reach(w, s.stride.w, s.pad.w, s.kernel.w, s.dilation.w, s.in.w, s.pad_end.w).count();
      to[w] = count == 0 ? 0 : to[w] / static_cast<float>(count);
    }
  }
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mortise::neon {

HWY_EXPORT(Pool);

Work pool_work(PoolKind, const PoolShape& s) {
  const double taps = static_cast<double>(volume(s.kernel)), w = static_cast<double>(s.out.w);
  return {.items = s.planes * s.out.d * s.out.h,
          .ns_per_item = taps * (3 + w * (s.stride.w <= 2 ? 0.1 : 0.5)),
          .scratch_bytes = 0};
}

void pool(PoolKind kind, const PoolShape& shape, const float* x, float* y, uint64_t begin, uint64_t end, std::byte*) {
  HWY_DYNAMIC_DISPATCH(Pool)(kind, shape, x, y, begin, end);
}

}  // namespace mortise::neon
#endif
