// SPDX-License-Identifier: Apache-2.0
//
// See normalize.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/normalize.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include <algorithm>

#include "hwy/highway.h"
#include "plugins/neon_cpu/kernels/normalize.h"
#include "plugins/neon_cpu/kernels/sum-inl.h"

#ifndef MORTISE_NEON_NORMALIZE_CONSTANTS
#define MORTISE_NEON_NORMALIZE_CONSTANTS
namespace mortise::neon {
inline constexpr uint64_t kSoftmaxColumns = 256;  // of an item whose axis is not the last
}
#endif

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

void SoftmaxRow(SoftmaxKind kind, const float* x, uint64_t n, float* y) {
  const size_t lanes = hn::Lanes(Floats());
  const Vec max = Constant(MaxOf(x, n));
  if (kind == SoftmaxKind::kLogSoftmax) {
    const double sum = SumOver(n, [=](uint64_t i, uint64_t left) HWY_ATTR {
      const Vec e = Exp(hn::Sub(LoadFirst(x + i, left), max));
      return left >= hn::Lanes(Floats()) ? e : hn::IfThenElseZero(hn::FirstN(Floats(), left), e);
    });
    const Vec log_sum = Constant(static_cast<float>(std::log(sum)));
    for (uint64_t i = 0; i < n; i += lanes) {
      StoreFirst(hn::Sub(hn::Sub(LoadFirst(x + i, n - i), max), log_sum), y + i, n - i);
    }
    return;
  }
  const double sum = SumOver(n, [=](uint64_t i, uint64_t left) HWY_ATTR {
    const Vec e = Exp(hn::Sub(LoadFirst(x + i, left), max));
    StoreFirst(e, y + i, left);
    return left >= hn::Lanes(Floats()) ? e : hn::IfThenElseZero(hn::FirstN(Floats(), left), e);
  });
  const Vec factor = Constant(static_cast<float>(1 / sum));
  for (uint64_t i = 0; i < n; i += lanes) StoreFirst(hn::Mul(LoadFirst(y + i, n - i), factor), y + i, n - i);
}

// Columns [0, columns) of [n, inner]: vectors go across, the axis is walked down.
void SoftmaxColumns(SoftmaxKind kind, const float* x, uint64_t n, uint64_t inner, uint64_t columns, float* y) {
  const size_t lanes = hn::Lanes(Floats());
  for (uint64_t i = 0; i < columns; i += lanes) {
    const uint64_t left = columns - i;
    Vec max = Constant(-std::numeric_limits<float>::infinity());
    for (uint64_t k = 0; k < n; ++k) max = Larger(LoadFirst(x + k * inner + i, left), max);
    Vec sum = hn::Zero(Floats());
    for (uint64_t k = 0; k < n; ++k) {
      const Vec shifted = hn::Sub(LoadFirst(x + k * inner + i, left), max);
      const Vec e = Exp(shifted);
      sum = hn::Add(sum, e);
      StoreFirst(kind == SoftmaxKind::kSoftmax ? e : shifted, y + k * inner + i, left);
    }
    const Vec last = kind == SoftmaxKind::kSoftmax ? hn::Div(Constant(1.0f), sum) : Log(sum);
    for (uint64_t k = 0; k < n; ++k) {
      float* const to = y + k * inner + i;
      const Vec value = LoadFirst(to, left);
      StoreFirst(kind == SoftmaxKind::kSoftmax ? hn::Mul(value, last) : hn::Sub(value, last), to, left);
    }
  }
}

void Softmax(SoftmaxKind kind, const SoftmaxShape& s, const float* x, float* y, uint64_t begin, uint64_t end) {
  if (s.inner == 1) {
    for (uint64_t row = begin; row < end; ++row) SoftmaxRow(kind, x + row * s.n, s.n, y + row * s.n);
    return;
  }
  const uint64_t blocks = (s.inner + kSoftmaxColumns - 1) / kSoftmaxColumns;
  for (uint64_t item = begin; item < end; ++item) {
    const uint64_t column = item % blocks * kSoftmaxColumns, at = item / blocks * s.n * s.inner + column;
    SoftmaxColumns(kind, x + at, s.n, s.inner, std::min(kSoftmaxColumns, s.inner - column), y + at);
  }
}

// x - about in the first `left` elements, else 0.
HWY_INLINE Vec Differences(const float* x, uint64_t left, Vec about) {
  const Vec difference = hn::Sub(LoadFirst(x, left), about);
  return left >= kLanes ? difference : hn::IfThenElseZero(hn::FirstN(Floats(), left), difference);
}

double SquaresAbout(const float* x, uint64_t n, float about) {
  const Vec middle = Constant(about);
  return SumOver(n, [=](uint64_t i, uint64_t left) HWY_ATTR {
    const Vec difference = Differences(x + i, left, middle);
    return hn::Mul(difference, difference);
  });
}

// The mean is a float and a rest: where it is large beside the deviation, what lies between floats is more than rounding.
struct Moments {
  float mean, rest;
  double variance;
};

// The sum is one of differences to the first element, which is at most sqrt(n) deviations from the mean.
Moments MomentsOf(const float* x, uint64_t n) {
  const auto count = static_cast<double>(n);
  const Vec first = Constant(x[0]);
  const double sum = SumOver(n, [=](uint64_t i, uint64_t left) HWY_ATTR { return Differences(x + i, left, first); });
  const double mean = x[0] + sum / count;
  const auto near = static_cast<float>(mean);
  const double rest = mean - near;
  return {near, static_cast<float>(rest), std::max(SquaresAbout(x, n, near) / count - rest * rest, 0.0)};
}

HWY_INLINE Vec Centred(Vec x, const Moments& m) { return hn::Sub(hn::Sub(x, Constant(m.mean)), Constant(m.rest)); }

void LayerNormRows(const LayerNorm& c, uint64_t begin, uint64_t end) {
  const size_t lanes = hn::Lanes(Floats());
  for (uint64_t row = begin; row < end; ++row) {
    const float* x = c.x + row * c.n;
    float* const y = c.y + row * c.n;
    if (c.residual != nullptr || c.residual_bias != nullptr || c.sum != nullptr) {
      float* const sums = c.sum != nullptr ? c.sum + row * c.n : y;
      for (uint64_t i = 0; i < c.n; i += lanes) {
        Vec v = LoadFirst(x + i, c.n - i);
        if (c.residual != nullptr) v = hn::Add(v, LoadFirst(c.residual + row * c.n + i, c.n - i));
        if (c.residual_bias != nullptr) v = hn::Add(v, LoadFirst(c.residual_bias + i, c.n - i));
        StoreFirst(v, sums + i, c.n - i);
      }
      x = sums;
    }
    const Moments moments =
        c.centered ? MomentsOf(x, c.n) : Moments{0, 0, SquaresAbout(x, c.n, 0) / static_cast<double>(c.n)};
    const auto inverse = static_cast<float>(1 / std::sqrt(moments.variance + c.epsilon));
    if (c.mean != nullptr) c.mean[row] = moments.mean;
    if (c.inverse_deviation != nullptr) c.inverse_deviation[row] = inverse;
    for (uint64_t i = 0; i < c.n; i += lanes) {
      const uint64_t left = c.n - i;
      Vec v = hn::Mul(Centred(LoadFirst(x + i, left), moments), Constant(inverse));
      if (c.scale != nullptr) v = hn::Mul(v, LoadFirst(c.scale + i, left));
      if (c.bias != nullptr) v = hn::Add(v, LoadFirst(c.bias + i, left));
      StoreFirst(v, y + i, left);
    }
  }
}

void GroupNormGroups(const GroupNorm& c, uint64_t begin, uint64_t end) {
  const size_t lanes = hn::Lanes(Floats());
  const uint64_t channels = c.channels / c.groups, n = channels * c.inner;
  for (uint64_t group = begin; group < end; ++group) {
    const float* const x = c.x + group * n;
    const Moments moments = MomentsOf(x, n);
    const auto inverse = static_cast<float>(1 / std::sqrt(moments.variance + c.epsilon));
    for (uint64_t k = 0; k < channels; ++k) {
      const uint64_t channel = group % c.groups * channels + k;
      const float factor = c.scale != nullptr ? inverse * c.scale[channel] : inverse;
      const float bias = c.bias != nullptr ? c.bias[channel] : 0;
      const float* const from = x + k * c.inner;
      float* const to = c.y + group * n + k * c.inner;
      for (uint64_t i = 0; i < c.inner; i += lanes) {
        const Vec centred = Centred(LoadFirst(from + i, c.inner - i), moments);
        StoreFirst(hn::MulAdd(centred, Constant(factor), Constant(bias)), to + i, c.inner - i);
      }
    }
  }
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mortise::neon {

HWY_EXPORT(Softmax);
HWY_EXPORT(LayerNormRows);
HWY_EXPORT(GroupNormGroups);

Work softmax_work(const SoftmaxShape& s) {
  const auto n = static_cast<double>(s.n);
  if (s.inner == 1) return {.items = s.n == 0 ? 0 : s.outer, .ns_per_item = 20 + 0.4 * n};
  const uint64_t blocks = (s.inner + kSoftmaxColumns - 1) / kSoftmaxColumns;
  return {.items = s.n == 0 ? 0 : s.outer * blocks,
          .ns_per_item = 20 + 0.4 * n * static_cast<double>(std::min(kSoftmaxColumns, s.inner))};
}

void softmax(SoftmaxKind kind, const SoftmaxShape& shape, const float* x, float* y, uint64_t begin, uint64_t end,
             std::byte*) {
  HWY_DYNAMIC_DISPATCH(Softmax)(kind, shape, x, y, begin, end);
}

Work layer_norm_work(const LayerNorm& call) {
  return {.items = call.n == 0 ? 0 : call.rows, .ns_per_item = 20 + 0.15 * static_cast<double>(call.n)};
}

void layer_norm(const LayerNorm& call, uint64_t begin, uint64_t end, std::byte*) {
  HWY_DYNAMIC_DISPATCH(LayerNormRows)(call, begin, end);
}

Work group_norm_work(const GroupNorm& call) {
  const uint64_t n = call.channels / std::max<uint64_t>(call.groups, 1) * call.inner;
  return {.items = n == 0 ? 0 : call.batch * call.groups, .ns_per_item = 20 + 0.15 * static_cast<double>(n)};
}

void group_norm(const GroupNorm& call, uint64_t begin, uint64_t end, std::byte*) {
  HWY_DYNAMIC_DISPATCH(GroupNormGroups)(call, begin, end);
}

}  // namespace mortise::neon
#endif
