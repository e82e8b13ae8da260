// SPDX-License-Identifier: Apache-2.0
//
// Strided: every stride-th element of a row, in vectors.
#if defined(MORTISE_NEON_STRIDED_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MORTISE_NEON_STRIDED_INL_H_
#undef MORTISE_NEON_STRIDED_INL_H_
#else
#define MORTISE_NEON_STRIDED_INL_H_
#endif

#include "plugins/neon_cpu/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

// body(i, v, left) for i = 0, kLanes, … below n, where v begins with from[i * stride] and the first `left` of its elements
// count, at least one, all from kLanes on. Nothing behind from[(n - 1) * stride] is read.
template <class Body>
HWY_INLINE void ForStrided(const float* from, uint64_t stride, uint64_t n, Body body) {
  const Floats d;
  if (stride == 1) {
    for (uint64_t i = 0; i < n; i += kLanes) body(i, LoadFirst(from + i, n - i), n - i);
  } else if (stride == 2) {
    uint64_t i = 0;
    for (; i + kLanes < n; i += kLanes) {
      body(i, hn::ConcatEven(d, hn::LoadU(d, from + 2 * i + kLanes), hn::LoadU(d, from + 2 * i)), kLanes);
    }
    if (i + kLanes == n) {
      // What lies behind the last element is left out: the second vector begins one earlier.
      const Vec low = hn::LoadU(d, from + 2 * i), high = hn::LoadU(d, from + 2 * i + kLanes - 1);
      body(i, hn::ConcatUpperLower(d, hn::ConcatOdd(d, high, high), hn::ConcatEven(d, low, low)), kLanes);
    } else if (i < n) {
      const uint64_t left = 2 * (n - i) - 1;
      const Vec high = left > kLanes ? LoadFirst(from + 2 * i + kLanes, left - kLanes) : hn::Zero(d);
      body(i, hn::ConcatEven(d, high, LoadFirst(from + 2 * i, left)), n - i);
    }
  } else {
    for (uint64_t i = 0; i < n; i += kLanes) {
      HWY_ALIGN float some[kLanes] = {};
      for (uint64_t j = 0; j < std::min<uint64_t>(kLanes, n - i); ++j) some[j] = from[(i + j) * stride];
      body(i, hn::Load(d, some), n - i);
    }
  }
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
