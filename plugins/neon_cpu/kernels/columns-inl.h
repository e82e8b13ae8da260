// SPDX-License-Identifier: Apache-2.0
//
// Columns: the matrix of columns of a convolution, row by row and panel by panel. Row (channel, kernel position) holds,
// for every output pixel, the input element that the position sees there, or the padding. Elements are only moved, so
// that they may be any 32 bits.
#if defined(MORTISE_NEON_COLUMNS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MORTISE_NEON_COLUMNS_INL_H_
#undef MORTISE_NEON_COLUMNS_INL_H_
#else
#define MORTISE_NEON_COLUMNS_INL_H_
#endif

#include "plugins/neon_cpu/kernels/conv_parts.h"
#include "plugins/neon_cpu/kernels/strided-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

// to[i] = from[i * stride]
HWY_INLINE void CopyRun(const float* from, uint64_t stride, uint64_t n, float* to) {
  ForStrided(from, stride, n, [to](uint64_t i, Vec v, uint64_t left) HWY_ATTR { StoreFirst(v, to + i, left); });
}

// Pixels [n0, n0 + n) of a panel, of one image and its channels at x.
class Columns {
 public:
  Columns(const ConvShape& shape, const float* x, float padding, uint64_t n0, uint64_t n)
      : s_(shape), x_(x), padding_(padding) {
    for (uint64_t done = 0; done < n; done += runs_[num_runs_++].n) runs_[num_runs_] = RunAt(n0 + done, n - done);
  }

  // The next row is k.
  void Seek(uint64_t k) {
    w_ = k % s_.kernel.w;
    h_ = k / s_.kernel.w % s_.kernel.h;
    d_ = k / (s_.kernel.w * s_.kernel.h) % s_.kernel.d;
    channel_ = x_ + k / volume(s_.kernel) * volume(s_.in);
  }

  // Writes the row and goes on to the next.
  HWY_INLINE void Next(float* to) {
    const auto at_d = static_cast<int64_t>(d_ * s_.dilation.d), at_h = static_cast<int64_t>(h_ * s_.dilation.h),
               at_w = static_cast<int64_t>(w_ * s_.dilation.w);
    for (size_t i = 0; i < num_runs_; ++i) {
      const Run& run = runs_[i];
      const int64_t d = run.d + at_d, h = run.h + at_h;
      if (d < 0 || h < 0 || d >= static_cast<int64_t>(s_.in.d) || h >= static_cast<int64_t>(s_.in.h)) {
        std::fill(to, to + run.n, padding_);
      } else {
        const int64_t row = (d * static_cast<int64_t>(s_.in.h) + h) * static_cast<int64_t>(s_.in.w);
        Gather(channel_ + row, run.w + at_w, run.n, to);
      }
      to += run.n;
    }
    if (++w_ < s_.kernel.w) return;
    w_ = 0;
    if (++h_ < s_.kernel.h) return;
    h_ = 0;
    if (++d_ < s_.kernel.d) return;
    d_ = 0;
    channel_ += volume(s_.in);
  }

 private:
  // Pixels of one output row, and where the first falls in the image at kernel position 0.
  struct Run {
    int64_t d, h, w;
    uint64_t n;
  };

  Run RunAt(uint64_t pixel, uint64_t n) const {
    const uint64_t w = pixel % s_.out.w, row = pixel / s_.out.w;
    return {static_cast<int64_t>(row / s_.out.h * s_.stride.d) - static_cast<int64_t>(s_.pad.d),
            static_cast<int64_t>(row % s_.out.h * s_.stride.h) - static_cast<int64_t>(s_.pad.h),
            static_cast<int64_t>(w * s_.stride.w) - static_cast<int64_t>(s_.pad.w), std::min(n, s_.out.w - w)};
  }

  // n elements of a row of the image from column w on; those left and right of it are padding.
  HWY_INLINE void Gather(const float* row, int64_t w, uint64_t n, float* to) const {
    const auto stride = static_cast<int64_t>(s_.stride.w), extent = static_cast<int64_t>(s_.in.w);
    auto first = int64_t{0}, last = static_cast<int64_t>(n);
    const auto steps = [stride](int64_t distance) { return stride == 1 ? distance : (distance + stride - 1) / stride; };
    if (w < 0) first = std::min(last, steps(-w));
    if (w + (last - 1) * stride >= extent) last = w >= extent ? first : std::max(first, steps(extent - w));
    if (first != 0) std::fill(to, to + first, padding_);
    CopyRun(row + (w + first * stride), s_.stride.w, static_cast<uint64_t>(last - first), to + first);
    if (last != static_cast<int64_t>(n)) std::fill(to + last, to + n, padding_);
  }

  const ConvShape& s_;
  const float* const x_;
  const float padding_;
  Run runs_[kMaxPanelWidth];
  size_t num_runs_ = 0;
  uint64_t d_ = 0, h_ = 0, w_ = 0;
  const float* channel_ = nullptr;
};

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
