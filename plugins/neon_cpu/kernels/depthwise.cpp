// SPDX-License-Identifier: Apache-2.0
//
// Depthwise convolution, whatever its kernel, strides and dilations: the sum over kernel positions of phases
// (phases-inl.h) that are shifted against each other. Large planes are cut into bands of output rows, so that phases stay
// in the first-level cache.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/depthwise.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include "hwy/highway.h"
#include "plugins/neon_cpu/kernels/conv_parts.h"
#include "plugins/neon_cpu/kernels/phases-inl.h"
#include "plugins/neon_cpu/kernels/unroll.h"

#ifndef MORTISE_NEON_DEPTHWISE_BANDS
#define MORTISE_NEON_DEPTHWISE_BANDS
namespace mortise::neon {

// How the output's rows are cut, and scratch laid out: phases, then sums, then the offsets of kernel positions.
struct Bands {
  static constexpr uint64_t kFloats = 6144;  // of phases, 24 KiB, if at least one output row fits

  explicit Bands(const ConvShape& s)
      : count(ceil_div(s.out.h, most_rows(s))),
        phases(s, ceil_div(std::max<uint64_t>(s.out.h, 1), std::max<uint64_t>(count, 1))),
        taps(s.kernel.h * s.kernel.w),
        sums(phases.count * phases.size),
        offsets((sums + phases.rows * phases.pitch + Phases::kSlack + 1) / 2 * 2) {}

  static uint64_t most_rows(const ConvShape& s) {
    const uint64_t fit = kFloats / s.stride.h / s.stride.w / std::max<uint64_t>(Phases::pitch_of(s), 1);
    const uint64_t halo = (s.kernel.h - 1) * s.dilation.h / s.stride.h;
    return std::clamp<uint64_t>(fit > halo ? fit - halo : 1, 1, std::max<uint64_t>(s.out.h, 1));
  }
  uint64_t bytes() const { return offsets * sizeof(float) + taps * sizeof(int64_t); }

  uint64_t count;
  Phases phases;
  uint64_t taps;
  uint64_t sums;
  uint64_t offsets;
};

}  // namespace mortise::neon
#endif

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

// sums[q] = sum of weights[t] * phases[offsets[t] + q]
void SumTaps(const float* phases, const int64_t* offsets, const float* weights, uint64_t taps, uint64_t n,
             float* sums) {
  const Floats d;
  static_assert(4 * kLanes <= Phases::kSlack);
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

// Output rows of a 3x3 kernel without dilation, straight from phases to y.
struct Rows3x3 {
  const float* phases;
  uint64_t size, pitch;  // of a phase
  const float* weights;
  uint64_t w;  // columns of the output
  float scale, bias;
  ClampRange clamp;
  const float* residual;  // at the first row, or null
  float* y;
};

// kCount rows at once, so that a loaded vector serves all of those that see it. With stride 2 kernel row 1 sees the second
// row of phases.
template <uint64_t kStride, int kCount>
HWY_INLINE void SumRows3x3(const Rows3x3& c) {
  const Floats d;
  const size_t lanes = hn::Lanes(d);
  Vec weight[3][3];
  MORTISE_UNROLL for (int i = 0; i < 9; ++i) weight[i / 3][i % 3] = hn::Set(d, c.weights[i]);
  for (uint64_t t = 0; t < c.w; t += lanes) {
    Vec sum[kCount];
    MORTISE_UNROLL for (int r = 0; r < kCount; ++r) sum[r] = hn::Zero(d);
    MORTISE_UNROLL for (int j = 0; j < static_cast<int>(kStride) * (kCount - 1) + 3; ++j) {
      const float* const row = c.phases + t + static_cast<uint64_t>(j) % kStride * kStride * c.size +
                               static_cast<uint64_t>(j) / kStride * c.pitch;
      MORTISE_UNROLL for (int k = 0; k < 3; ++k) {
        const Vec v =
            hn::LoadU(d, row + static_cast<uint64_t>(k) % kStride * c.size + static_cast<uint64_t>(k) / kStride);
        MORTISE_UNROLL for (int r = 0; r < kCount; ++r) {
          const int i = j - r * static_cast<int>(kStride);  // the kernel's row that output row r sees here
          if (i >= 0 && i < 3) sum[r] = hn::MulAdd(weight[i][k], v, sum[r]);
        }
      }
    }
    MORTISE_UNROLL for (int r = 0; r < kCount; ++r) {
      const uint64_t at = static_cast<uint64_t>(r) * c.w + t;
      Vec v = hn::MulAdd(Constant(c.scale), sum[r], Constant(c.bias));
      if (c.residual != nullptr) v = hn::Add(v, LoadFirst(c.residual + at, c.w - t));
      StoreFirst(Clamp(v, c.clamp.low, c.clamp.high), c.y + at, c.w - t);
    }
  }
}

template <uint64_t kStride>
void AllRows3x3(Rows3x3 c, uint64_t rows) {
  constexpr int kCount = 4;
  for (; rows >= kCount; rows -= kCount) {
    SumRows3x3<kStride, kCount>(c);
    c.phases += kCount * c.pitch;
    if (c.residual != nullptr) c.residual += kCount * c.w;
    c.y += kCount * c.w;
  }
  if (rows == 3) SumRows3x3<kStride, 3>(c);
  if (rows == 2) SumRows3x3<kStride, 2>(c);
  if (rows == 1) SumRows3x3<kStride, 1>(c);
}

void Depthwise(const ConvShape& s, const float* x, const float* weights, const Epilogue& e, float* y, uint64_t begin,
               uint64_t end, std::byte* scratch) {
  const Bands bands(s);
  const Phases& p = bands.phases;
  const uint64_t multiplier = s.out_channels / s.groups;
  float* const phases = reinterpret_cast<float*>(scratch);
  float* const sums = phases + bands.sums;
  auto* const offsets = reinterpret_cast<int64_t*>(phases + bands.offsets);
  for (uint64_t t = 0; t < bands.taps; ++t) {
    offsets[t] = static_cast<int64_t>(p.offset(s, t / s.kernel.w, t % s.kernel.w));
  }
  const bool is_3x3 =
      s.kernel.h == 3 && s.kernel.w == 3 && volume(s.dilation) == 1 && s.stride.h == s.stride.w && s.stride.w <= 2;
  for (uint64_t item = begin; item < end; ++item) {
    const uint64_t plane = item / bands.count, h0 = item % bands.count * p.rows;
    const uint64_t rows = std::min(p.rows, s.out.h - h0), channel = plane % s.out_channels;
    const uint64_t in_plane = plane / s.out_channels * s.in_channels + channel / multiplier;
    FillPhases(s, p, x + in_plane * s.in.h * s.in.w, h0, rows, phases);
    const float bias = e.row_bias != nullptr ? e.row_bias[channel] : 0;
    if (is_3x3) {
      const uint64_t at = (plane * s.out.h + h0) * s.out.w;
      const Rows3x3 call{phases,
                         p.size,
                         p.pitch,
                         weights + channel * bands.taps,
                         s.out.w,
                         e.scale,
                         bias,
                         ClampOf(e),
                         e.residual != nullptr ? e.residual + at : nullptr,
                         y + at};
      s.stride.w == 1 ? AllRows3x3<1>(call, rows) : AllRows3x3<2>(call, rows);
      if (!call.clamp.is_clamp) ActivateRow(e.activation, e.alpha, e.beta, y + at, rows * s.out.w);
      continue;
    }
    SumTaps(phases, offsets, weights + channel * bands.taps, bands.taps, (rows - 1) * p.pitch + s.out.w, sums);
    for (uint64_t r = 0; r < rows; ++r) {
      const uint64_t at = (plane * s.out.h + h0 + r) * s.out.w;
      FinishRow(sums + r * p.pitch, e, bias, e.residual != nullptr ? e.residual + at : nullptr, s.out.w, y + at);
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
  const uint64_t elements = bands.phases.rows * bands.phases.pitch;
  work.ns_per_item = 20 + static_cast<double>(elements * (bands.taps + 2 * bands.phases.count + 4)) / 60;
  work.scratch_bytes = bands.bytes() + 64;
  return work;
}

void depthwise(const ConvShape& s, const float* x, const float* weights, const Epilogue& epilogue, float* y,
               uint64_t begin, uint64_t end, std::byte* scratch) {
  HWY_DYNAMIC_DISPATCH(Depthwise)(s, x, weights, epilogue, y, begin, end, scratch);
}

}  // namespace mortise::neon
#endif
