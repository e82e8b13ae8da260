// SPDX-License-Identifier: Apache-2.0
//
// Phases: a plane of an image, or a band of its rows, with its padding, split by the strides of a kernel.
//
// Element (y, x) of the padded plane goes to phase (y % stride.h, x % stride.w), which has rows of one common pitch. Seen
// from there the stride is 1 and every kernel position is one constant distance, so that a convolution runs over the
// phase as over one long row, across the ends of rows: what falls between rows is computed and dropped, which is cheaper
// than edges are.
#ifndef MORTISE_NEON_PHASES_H_
#define MORTISE_NEON_PHASES_H_

#include "plugins/neon_cpu/kernels/conv_parts.h"

namespace mortise::neon {

// How phases lie in memory, for bands of `rows` output rows.
struct Phases {
  static constexpr uint64_t kSlack = 64;  // elements behind a phase that vectors may touch

  Phases(const ConvShape& s, uint64_t rows_of_band)
      : rows(rows_of_band),
        reach_h((s.kernel.h - 1) * s.dilation.h),
        pitch(pitch_of(s)),
        size((rows + reach_h / s.stride.h) * pitch + kSlack),
        count(s.stride.h * s.stride.w) {}

  static uint64_t pitch_of(const ConvShape& s) { return s.out.w + (s.kernel.w - 1) * s.dilation.w / s.stride.w; }

  // From an output element's place in phase 0 to what kernel position (h, w) sees.
  uint64_t offset(const ConvShape& s, uint64_t h, uint64_t w) const {
    h *= s.dilation.h;
    w *= s.dilation.w;
    return (h % s.stride.h * s.stride.w + w % s.stride.w) * size + h / s.stride.h * pitch + w / s.stride.w;
  }

  uint64_t rows;     // of the output
  uint64_t reach_h;  // of the kernel, in rows of the image
  uint64_t pitch;
  uint64_t size;  // of a phase, in elements
  uint64_t count;
};

}  // namespace mortise::neon
#endif

#if defined(MORTISE_NEON_PHASES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MORTISE_NEON_PHASES_INL_H_
#undef MORTISE_NEON_PHASES_INL_H_
#else
#define MORTISE_NEON_PHASES_INL_H_
#endif

#include "plugins/neon_cpu/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

// Elements [first, last) of a phase's row are in the image, at from[i * stride].
struct PhaseColumns {
  PhaseColumns(const ConvShape& s, uint64_t phase, uint64_t pitch_)
      : pitch(static_cast<int64_t>(pitch_)),
        stride(static_cast<int64_t>(s.stride.w)),
        w(static_cast<int64_t>(phase) - static_cast<int64_t>(s.pad.w)) {
    const auto extent = static_cast<int64_t>(s.in.w);
    first = std::min(pitch, w < 0 ? (-w + stride - 1) / stride : 0);
    last = std::max(first, std::min(pitch, w >= extent ? 0 : (extent - w + stride - 1) / stride));
  }

  int64_t pitch, stride, w, first, last;
};

// One row of one phase. Vectors reach behind the row's end, where the next row is written later.
HWY_INLINE void FillPhaseRow(const PhaseColumns& c, const float* row, float* to) {
  const Floats d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const Vec zero = hn::Zero(d);
  const int64_t first = row != nullptr ? c.first : c.pitch;
  for (int64_t i = 0; i < first; i += lanes) hn::StoreU(zero, d, to + i);
  if (row == nullptr) return;
  if (c.stride == 1) {
    for (int64_t i = first; i < c.last; i += lanes) {
      hn::StoreU(LoadFirst(row + (c.w + i), static_cast<size_t>(c.last - i)), d, to + i);
    }
  } else {
    for (int64_t i = first; i < c.last; ++i) to[i] = row[c.w + i * c.stride];
  }
  for (int64_t i = c.last; i < c.pitch; i += lanes) hn::StoreU(zero, d, to + i);
}

template <uint64_t kStride>
HWY_INLINE void Deinterleave(const float* from, Vec (&parts)[kStride]) {
  if constexpr (kStride == 2) hn::LoadInterleaved2(Floats(), from, parts[0], parts[1]);
  if constexpr (kStride == 4) hn::LoadInterleaved4(Floats(), from, parts[0], parts[1], parts[2], parts[3]);
}

// One row of all phases of a stride, `size` elements apart: column c of the image is element (c + pad) / kStride of phase
// (c + pad) % kStride.
template <uint64_t kStride>
HWY_INLINE void FillRowOfPhases(const ConvShape& s, uint64_t pitch, uint64_t size, const float* row, float* to) {
  const Floats d;
  const Vec zero = hn::Zero(d);
  const uint64_t before = (kStride - 1 + s.pad.w) / kStride;  // elements that may lie in the padding
  for (uint64_t phase = 0; phase < kStride; ++phase) {
    for (uint64_t i = 0; i < (row != nullptr ? before : pitch); i += kLanes) hn::StoreU(zero, d, to + phase * size + i);
  }
  if (row == nullptr) return;
  const uint64_t columns = std::min(s.in.w, kStride * pitch);  // the others are not seen
  HWY_ALIGN float tail[kStride * kLanes];
  uint64_t at = 0;
  for (; at < columns; at += kStride * kLanes) {
    const float* from = row + at;
    if (columns - at < kStride * kLanes) {
      for (uint64_t i = 0; i < kStride; ++i) {
        const uint64_t done = at + i * kLanes;
        hn::Store(done < columns ? LoadFirst(row + done, columns - done) : zero, d, tail + i * kLanes);
      }
      from = tail;
    }
    Vec parts[kStride];
    Deinterleave<kStride>(from, parts);
    for (uint64_t i = 0; i < kStride; ++i) {
      const uint64_t column = at + i + s.pad.w;
      if (column / kStride < pitch) hn::StoreU(parts[i], d, to + column % kStride * size + column / kStride);
    }
  }
  // Stores went on to here, with zeros behind the last column.
  for (uint64_t i = 0; i < kStride; ++i) {
    const uint64_t column = at + i + s.pad.w;
    for (uint64_t j = column / kStride; j < pitch; j += kLanes) {
      hn::StoreU(zero, d, to + column % kStride * size + j);
    }
  }
}

// What output rows [h0, h0 + rows) see of a plane.
HWY_INLINE void FillPhases(const ConvShape& s, const Phases& p, const float* plane, uint64_t h0, uint64_t rows,
                           float* phases) {
  const uint64_t end = (rows - 1) * s.stride.h + p.reach_h + 1;
  const auto image_row = [&](uint64_t r) HWY_ATTR {
    const uint64_t h = h0 * s.stride.h + r - s.pad.h;  // wraps around above the image
    return h < s.in.h ? plane + h * s.in.w : nullptr;
  };
  const auto phase_row = [&](uint64_t r) HWY_ATTR {
    return phases + r % s.stride.h * s.stride.w * p.size + r / s.stride.h * p.pitch;
  };
  if (s.stride.w == 2) {
    for (uint64_t r = 0; r < end; ++r) FillRowOfPhases<2>(s, p.pitch, p.size, image_row(r), phase_row(r));
  } else if (s.stride.w == 4) {
    for (uint64_t r = 0; r < end; ++r) FillRowOfPhases<4>(s, p.pitch, p.size, image_row(r), phase_row(r));
  } else {
    for (uint64_t phase = 0; phase < s.stride.w; ++phase) {
      const PhaseColumns columns(s, phase, p.pitch);
      for (uint64_t r = 0; r < end; ++r) FillPhaseRow(columns, image_row(r), phase_row(r) + phase * p.size);
    }
  }
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
