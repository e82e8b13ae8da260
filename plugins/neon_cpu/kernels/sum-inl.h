// SPDX-License-Identifier: Apache-2.0
//
// Sum: sums and extremes of runs of float32. Sums are made of four vectors over blocks of 4096 elements, and of the
// blocks' sums in double, so that long runs lose nothing; the order depends on n and the target alone.
#if defined(MORTISE_NEON_SUM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MORTISE_NEON_SUM_INL_H_
#undef MORTISE_NEON_SUM_INL_H_
#else
#define MORTISE_NEON_SUM_INL_H_
#endif

#include "plugins/neon_cpu/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

// Sum of load(i, left) over i = 0, kLanes, 2 * kLanes, … below n: a vector, of which the first `left` elements count, all
// from kLanes on; the others are 0.
template <class Load>
HWY_INLINE double SumOver(uint64_t n, Load load) {
  const Floats d;
  double sum = 0;
  for (uint64_t begin = 0; begin < n; begin += 4096) {
    const uint64_t end = std::min(n, begin + 4096);
    Vec s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
    uint64_t i = begin;
    for (; i + 4 * kLanes <= end; i += 4 * kLanes) {
      s0 = hn::Add(s0, load(i, kLanes));
      s1 = hn::Add(s1, load(i + kLanes, kLanes));
      s2 = hn::Add(s2, load(i + 2 * kLanes, kLanes));
      s3 = hn::Add(s3, load(i + 3 * kLanes, kLanes));
    }
    for (; i < end; i += kLanes) s0 = hn::Add(s0, load(i, n - i));
    sum += hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))));
  }
  return sum;
}

HWY_INLINE double SumOf(const float* x, uint64_t n) {
  return SumOver(n, [x](uint64_t i, uint64_t left) HWY_ATTR { return LoadFirst(x + i, left); });
}

// The vector of extremes by `join`, which prefers NaN; lanes that get no element keep `start`.
template <class Join>
HWY_INLINE Vec ExtremesOf(const float* x, uint64_t n, float start, Join join) {
  const Floats d;
  const size_t lanes = hn::Lanes(d);
  Vec e0 = Constant(start), e1 = e0, e2 = e0, e3 = e0;
  uint64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    e0 = join(e0, hn::LoadU(d, x + i));
    e1 = join(e1, hn::LoadU(d, x + i + lanes));
    e2 = join(e2, hn::LoadU(d, x + i + 2 * lanes));
    e3 = join(e3, hn::LoadU(d, x + i + 3 * lanes));
  }
  for (; i + lanes <= n; i += lanes) e0 = join(e0, hn::LoadU(d, x + i));
  if (i < n) e1 = join(e1, hn::IfThenElse(hn::FirstN(d, n - i), LoadFirst(x + i, n - i), Constant(start)));
  return join(join(e0, e1), join(e2, e3));
}

HWY_INLINE float MaxOf(const float* x, uint64_t n) {
  const Vec e =
      ExtremesOf(x, n, -std::numeric_limits<float>::infinity(), [](Vec a, Vec b) HWY_ATTR { return Larger(a, b); });
  if (!hn::AllFalse(Floats(), hn::IsNaN(e))) return std::numeric_limits<float>::quiet_NaN();
  return hn::GetLane(hn::MaxOfLanes(Floats(), e));
}

HWY_INLINE float MinOf(const float* x, uint64_t n) {
  const Vec e =
      ExtremesOf(x, n, std::numeric_limits<float>::infinity(), [](Vec a, Vec b) HWY_ATTR { return Smaller(a, b); });
  if (!hn::AllFalse(Floats(), hn::IsNaN(e))) return std::numeric_limits<float>::quiet_NaN();
  return hn::GetLane(hn::MinOfLanes(Floats(), e));
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
