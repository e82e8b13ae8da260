// SPDX-License-Identifier: Apache-2.0
//
// Depthwise convolution, whatever its kernel, strides and dilations.
//
// A plane is first copied, with its padding, into phases: element (y, x) of the padded plane goes to phase
// (y % stride.h, x % stride.w), which has rows of one common pitch. Seen from there the stride is 1, every kernel
// position is one constant distance, and the sums run over the phase as over one long row, across the ends of rows: the
// elements that fall between rows are computed and dropped, which is cheaper than edges are.
//
// Large planes are cut into bands of output rows, so that phases stay in the first-level cache.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/depthwise.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include "hwy/highway.h"
#include "plugins/neon_cpu/kernels/conv_parts.h"
#include "plugins/neon_cpu/kernels/math-inl.h"

#ifndef MORTISE_NEON_DEPTHWISE_BANDS
#define MORTISE_NEON_DEPTHWISE_BANDS
namespace mortise::neon {

// How a plane lies in scratch. The same for all targets: vectors of up to kSlack elements may reach behind the end.
struct Bands {
  static constexpr uint64_t kSlack = 64;
  static constexpr uint64_t kFloats = 6144;  // of phases, 24 KiB, if at least one output row fits

  explicit Bands(const ConvShape& s)
      : reach_h((s.kernel.h - 1) * s.dilation.h),
        pitch(s.out.w + (s.kernel.w - 1) * s.dilation.w / s.stride.w),
        taps(s.kernel.h * s.kernel.w) {
    const uint64_t phases = s.stride.h * s.stride.w, halo = reach_h / s.stride.h;
    const uint64_t fit = kFloats / (phases * pitch);
    rows = std::clamp<uint64_t>(fit > halo ? fit - halo : 1, 1, std::max<uint64_t>(s.out.h, 1));
    count = ceil_div(s.out.h, rows);
    rows = ceil_div(std::max<uint64_t>(s.out.h, 1), std::max<uint64_t>(count, 1));
    phase = (rows + halo) * pitch + kSlack;
    planes = phases;
  }

  uint64_t reach_h;  // of the kernel, in rows of the image
  uint64_t pitch;    // of a phase's rows
  uint64_t taps;
  uint64_t rows;   // of the output in a band
  uint64_t count;  // of bands
  uint64_t phase;  // elements of a phase
  uint64_t planes;

  uint64_t sums() const { return planes * phase; }                     // where they begin
  uint64_t offsets() const { return sums() + rows * pitch + kSlack; }  // of taps, two floats' room each
  uint64_t bytes() const { return (offsets() + 2 * taps) * sizeof(float); }
};

}  // namespace mortise::neon
#endif

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

// Columns of one row of the image, with padding, into the phases of their rows.
HWY_INLINE void SplitRow(const ConvShape& s, const Bands& bands, const float* row, float* to) {
  for (uint64_t phase = 0; phase < s.stride.w; ++phase, to += bands.phase) {
    const auto stride = static_cast<int64_t>(s.stride.w),
               w = static_cast<int64_t>(phase) - static_cast<int64_t>(s.pad.w);
    const auto pitch = static_cast<int64_t>(bands.pitch), extent = static_cast<int64_t>(s.in.w);
    if (row == nullptr) {
      std::fill(to, to + pitch, 0.0f);
      continue;
    }
    const int64_t first = std::min(pitch, w < 0 ? (-w + stride - 1) / stride : 0);
    const int64_t last = std::max(first, std::min(pitch, w >= extent ? 0 : (extent - w + stride - 1) / stride));
    std::fill(to, to + first, 0.0f);
    const float* const from = row + w;
    if (stride == 1) {
      std::copy(from + first, from + last, to + first);
    } else {
      for (int64_t i = first; i < last; ++i) to[i] = from[i * stride];
    }
    std::fill(to + last, to + pitch, 0.0f);
  }
}

// Rows of the image that output rows [h0, h0 + rows) need.
void FillPhases(const ConvShape& s, const Bands& bands, const float* plane, uint64_t h0, uint64_t rows, float* phases) {
  const uint64_t reach = (rows - 1) * s.stride.h + bands.reach_h;
  for (uint64_t r = 0; r <= reach; ++r) {
    const int64_t h = static_cast<int64_t>(h0 * s.stride.h + r) - static_cast<int64_t>(s.pad.h);
    const bool inside = h >= 0 && h < static_cast<int64_t>(s.in.h);
    SplitRow(s, bands, inside ? plane + h * static_cast<int64_t>(s.in.w) : nullptr,
             phases + r % s.stride.h * s.stride.w * bands.phase + r / s.stride.h * bands.pitch);
  }
}

// sums[q] = sum of weights[t] * phases[offsets[t] + q]
void SumTaps(const float* phases, const int64_t* offsets, const float* weights, uint64_t taps, uint64_t n,
             float* sums) {
  const Floats d;
  constexpr size_t kLanes = hn::MaxLanes(Floats());
  static_assert(4 * kLanes <= Bands::kSlack);
  for (uint64_t q = 0; q < n; q += 4 * kLanes) {
    Vec s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
    for (uint64_t t = 0; t < taps; ++t) {
      const float* const from = phases + offsets[t] + q;
      const Vec weight = hn::Set(d, weights[t]);
      s0 = hn::MulAdd(weight, hn::LoadU(d, from), s0);
      s1 = hn::MulAdd(weight, hn::LoadU(d, from + kLanes), s1);
      s2 = hn::MulAdd(weight, hn::LoadU(d, from + 2 * kLanes), s2);
      s3 = hn::MulAdd(weight, hn::LoadU(d, from + 3 * kLanes), s3);
    }
    hn::StoreU(s0, d, sums + q);
    hn::StoreU(s1, d, sums + q + kLanes);
    hn::StoreU(s2, d, sums + q + 2 * kLanes);
    hn::StoreU(s3, d, sums + q + 3 * kLanes);
  }
}

void Depthwise(const ConvShape& s, const float* x, const float* weights, const Epilogue& e, float* y, uint64_t begin,
               uint64_t end, std::byte* scratch) {
  const Bands bands(s);
  const uint64_t multiplier = s.out_channels / s.groups;
  float* const phases = reinterpret_cast<float*>(scratch);
  float* const sums = phases + bands.sums();
  auto* const offsets = reinterpret_cast<int64_t*>(phases + (bands.offsets() + 1) / 2 * 2);
  for (uint64_t t = 0; t < bands.taps; ++t) {
    const uint64_t h = t / s.kernel.w * s.dilation.h, w = t % s.kernel.w * s.dilation.w;
    offsets[t] = static_cast<int64_t>((h % s.stride.h * s.stride.w + w % s.stride.w) * bands.phase +
                                      h / s.stride.h * bands.pitch + w / s.stride.w);
  }
  for (uint64_t item = begin; item < end; ++item) {
    const uint64_t plane = item / bands.count, h0 = item % bands.count * bands.rows;
    const uint64_t rows = std::min(bands.rows, s.out.h - h0), channel = plane % s.out_channels;
    const uint64_t in_plane = plane / s.out_channels * s.in_channels + channel / multiplier;
    FillPhases(s, bands, x + in_plane * s.in.h * s.in.w, h0, rows, phases);
    SumTaps(phases, offsets, weights + channel * bands.taps, bands.taps, (rows - 1) * bands.pitch + s.out.w, sums);
    const float bias = e.row_bias != nullptr ? e.row_bias[channel] : 0;
    for (uint64_t r = 0; r < rows; ++r) {
      const uint64_t at = (plane * s.out.h + h0 + r) * s.out.w;
      FinishRow(sums + r * bands.pitch, e, bias, e.residual != nullptr ? e.residual + at : nullptr, s.out.w, y + at);
    }
  }
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mortise::neon {

HWY_EXPORT(Depthwise);

bool depthwise_fits(const ConvShape& s) {
  return s.groups == s.in_channels && s.groups > 1 && s.in.d == 1 && s.out.d == 1 && s.kernel.d == 1;
}

Work depthwise_work(const ConvShape& s) {
  const Bands bands(s);
  Work work{.items = s.batch * s.out_channels * bands.count};
  work.ns_per_item = static_cast<double>(bands.rows * bands.pitch * (bands.taps + 8)) / 40;
  work.scratch_bytes = bands.bytes() + 64;
  return work;
}

void depthwise(const ConvShape& s, const float* x, const float* weights, const Epilogue& epilogue, float* y,
               uint64_t begin, uint64_t end, std::byte* scratch) {
  HWY_DYNAMIC_DISPATCH(Depthwise)(s, x, weights, epilogue, y, begin, end, scratch);
}

}  // namespace mortise::neon
#endif
