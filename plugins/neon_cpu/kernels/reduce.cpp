// SPDX-License-Identifier: Apache-2.0
//
// See reduce.h. Where the axis is the last, rows are reduced to numbers; else vectors go across and the axis is walked
// down.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "plugins/neon_cpu/kernels/reduce.cpp"
#include "hwy/foreach_target.h"
// foreach_target.h comes before these.
#include <algorithm>

#include "hwy/highway.h"
#include "plugins/neon_cpu/kernels/reduce.h"
#include "plugins/neon_cpu/kernels/sum-inl.h"

#ifndef MORTISE_NEON_REDUCE_CONSTANTS
#define MORTISE_NEON_REDUCE_CONSTANTS
namespace mortise::neon {
inline constexpr uint64_t kReduceColumns = 512;  // of an item whose axis is not the last
}
#endif

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {

// What is summed.
template <Reduction kReduction>
HWY_INLINE Vec Term(Vec x, Vec max) {
  switch (kReduction) {
    case Reduction::kL1:
      return hn::Abs(x);
    case Reduction::kL2:
    case Reduction::kSumSquare:
      return hn::Mul(x, x);
    case Reduction::kLogSumExp:
      return Exp(hn::Sub(x, max));
    default:
      return x;
  }
}

// What the sum of n terms becomes.
float Finish(Reduction reduction, double sum, uint64_t n, float max) {
  switch (reduction) {
    case Reduction::kMean:
      return static_cast<float>(sum / static_cast<double>(n));
    case Reduction::kL2:
      return static_cast<float>(std::sqrt(sum));
    case Reduction::kLogSum:
      return static_cast<float>(std::log(sum));
    case Reduction::kLogSumExp:
      return static_cast<float>(std::log(sum) + max);
    default:
      return static_cast<float>(sum);
  }
}

// Infinite maxima are not subtracted, since the difference would be NaN.
HWY_INLINE float Shift(float max) { return std::isfinite(max) ? max : 0; }

float Product(const float* x, uint64_t n) {
  double product = 1;
  for (uint64_t i = 0; i < n; ++i) product *= x[i];
  return static_cast<float>(product);
}

template <Reduction kReduction>
float ReduceRow(const float* x, uint64_t n) {
  if constexpr (kReduction == Reduction::kMax) return MaxOf(x, n);
  if constexpr (kReduction == Reduction::kMin) return MinOf(x, n);
  if constexpr (kReduction == Reduction::kProd) return Product(x, n);
  const float shift = kReduction == Reduction::kLogSumExp ? Shift(MaxOf(x, n)) : 0;
  const Vec max = Constant(shift);
  const double sum = SumOver(n, [=](uint64_t i, uint64_t left) HWY_ATTR {
    const Vec term = Term<kReduction>(LoadFirst(x + i, left), max);
    return left >= hn::Lanes(Floats()) ? term : hn::IfThenElseZero(hn::FirstN(Floats(), left), term);
  });
  return Finish(kReduction, sum, n, shift);
}

// One vector of columns of [n, inner]. Rows are summed in blocks of 256, these in one after the other.
template <Reduction kReduction>
Vec ReduceColumns(const float* x, uint64_t n, uint64_t inner, uint64_t left) {
  const float infinity = std::numeric_limits<float>::infinity();
  const auto load = [=](uint64_t k) HWY_ATTR { return LoadFirst(x + k * inner, left); };
  if constexpr (kReduction == Reduction::kMax || kReduction == Reduction::kMin) {
    Vec extreme = Constant(kReduction == Reduction::kMax ? -infinity : infinity);
    for (uint64_t k = 0; k < n; ++k) {
      extreme = kReduction == Reduction::kMax ? Larger(extreme, load(k)) : Smaller(extreme, load(k));
    }
    return extreme;
  }
  if constexpr (kReduction == Reduction::kProd) {
    Vec product = Constant(1.0f);
    for (uint64_t k = 0; k < n; ++k) product = hn::Mul(product, load(k));
    return product;
  }
  Vec max = hn::Zero(Floats());
  if constexpr (kReduction == Reduction::kLogSumExp) {
    max = Constant(-infinity);
    for (uint64_t k = 0; k < n; ++k) max = Larger(max, load(k));
    max = hn::IfThenElseZero(hn::Lt(hn::Abs(max), Constant(infinity)), max);
  }
  Vec sum = hn::Zero(Floats());
  for (uint64_t begin = 0; begin < n; begin += 256) {
    Vec part = hn::Zero(Floats());
    for (uint64_t k = begin; k < std::min(n, begin + 256); ++k) part = hn::Add(part, Term<kReduction>(load(k), max));
    sum = hn::Add(sum, part);
  }
  switch (kReduction) {
    case Reduction::kMean:
      return hn::Div(sum, Constant(static_cast<float>(n)));
    case Reduction::kL2:
      return hn::Sqrt(sum);
    case Reduction::kLogSum:
      return Log(sum);
    case Reduction::kLogSumExp:
      return hn::Add(Log(sum), max);
    default:
      return sum;
  }
}

template <Reduction kReduction>
void ReduceItems(const ReduceShape& s, const float* x, float* y, uint64_t begin, uint64_t end) {
  if (s.inner == 1) {
    for (uint64_t row = begin; row < end; ++row) y[row] = ReduceRow<kReduction>(x + row * s.n, s.n);
    return;
  }
  const size_t lanes = hn::Lanes(Floats());
  const uint64_t blocks = (s.inner + kReduceColumns - 1) / kReduceColumns;
  for (uint64_t item = begin; item < end; ++item) {
    const uint64_t outer = item / blocks, first = item % blocks * kReduceColumns;
    const uint64_t last = std::min(s.inner, first + kReduceColumns);
    for (uint64_t i = first; i < last; i += lanes) {
      StoreFirst(ReduceColumns<kReduction>(x + outer * s.n * s.inner + i, s.n, s.inner, last - i),
                 y + outer * s.inner + i, last - i);
    }
  }
}

void Reduce(Reduction reduction, const ReduceShape& s, const float* x, float* y, uint64_t begin, uint64_t end) {
  switch (reduction) {
    case Reduction::kSum:
      return ReduceItems<Reduction::kSum>(s, x, y, begin, end);
    case Reduction::kMean:
      return ReduceItems<Reduction::kMean>(s, x, y, begin, end);
    case Reduction::kMax:
      return ReduceItems<Reduction::kMax>(s, x, y, begin, end);
    case Reduction::kMin:
      return ReduceItems<Reduction::kMin>(s, x, y, begin, end);
    case Reduction::kProd:
      return ReduceItems<Reduction::kProd>(s, x, y, begin, end);
    case Reduction::kL1:
      return ReduceItems<Reduction::kL1>(s, x, y, begin, end);
    case Reduction::kL2:
      return ReduceItems<Reduction::kL2>(s, x, y, begin, end);
    case Reduction::kSumSquare:
      return ReduceItems<Reduction::kSumSquare>(s, x, y, begin, end);
    case Reduction::kLogSum:
      return ReduceItems<Reduction::kLogSum>(s, x, y, begin, end);
    case Reduction::kLogSumExp:
      return ReduceItems<Reduction::kLogSumExp>(s, x, y, begin, end);
  }
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mortise::neon {

HWY_EXPORT(Reduce);

Work reduce_work(Reduction, const ReduceShape& s) {
  const auto n = static_cast<double>(s.n);
  if (s.inner == 1) return {.items = s.outer, .ns_per_item = 10 + n / 8};
  const uint64_t blocks = (s.inner + kReduceColumns - 1) / kReduceColumns;
  return {.items = s.outer * blocks,
          .ns_per_item = 10 + n * static_cast<double>(std::min(kReduceColumns, s.inner)) / 8};
}

void reduce(Reduction reduction, const ReduceShape& shape, const float* x, float* y, uint64_t begin, uint64_t end,
            std::byte*) {
  HWY_DYNAMIC_DISPATCH(Reduce)(reduction, shape, x, y, begin, end);
}

}  // namespace mortise::neon
#endif
