// The Reduce family: sums, products, extremes and norms over some axes.
//
// There is one walk. The reduced axes are brought to the end (by a strided copy, unless they are there already), so
// that each result is a fold of one contiguous run. Sums are pairwise: their error grows with the logarithm of the
// length.
#include <cmath>
#include <limits>

#include "providers/reference/ops/extremes.h"
#include "providers/reference/ops/strided.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

template <class A, class T, class Map>
A sum_of(const T* x, int64_t n, Map map) {
  if (n > 128) {
    const int64_t half = n / 2 / 8 * 8;
    return sum_of<A>(x, half, map) + sum_of<A>(x + half, n - half, map);
  }
  A sums[8] = {};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int64_t k = 0; k < 8; ++k) sums[k] += map(static_cast<A>(x[i + k]));
  }
  A total = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  for (; i < n; ++i) total += map(static_cast<A>(x[i]));
  return total;
}

constexpr auto kSame = [](auto v) { return v; };

// Integers are summed without sign, which wraps around instead of overflowing.
struct Sum {
  template <class A, class T>
  static A fold(const T* x, int64_t n) {
    return sum_of<A>(x, n, kSame);
  }
};
struct SumSquare {
  template <class A, class T>
  static A fold(const T* x, int64_t n) {
    return sum_of<A>(x, n, [](A v) { return static_cast<A>(v * v); });
  }
};
struct L1 {
  template <class A, class T>
  static A fold(const T* x, int64_t n) {
    if constexpr (is_float<T>) return sum_of<A>(x, n, [](A v) { return std::abs(v); });
    if constexpr (!is_float<T>) return sum_of<A>(x, n, [](A v) { return v >> 63 ? A{0} - v : v; });
  }
};
// Integers: of the exact sum in double, then cut off; one that rounding took beyond the largest is the largest.
template <class A, class T, class F>
A in_float(F value) {
  if constexpr (std::is_floating_point_v<A>) {
    return static_cast<A>(value);
  } else {
    if (!std::isfinite(value)) return A{0};
    if constexpr (std::is_same_v<T, uint64_t>) {
      if (value >= 0x1p63) return value < 0x1p64 ? static_cast<uint64_t>(value) : UINT64_MAX;
    }
    if (value >= 0x1p63) return static_cast<A>(INT64_MAX);
    return static_cast<A>(value < -0x1p63 ? INT64_MIN : static_cast<int64_t>(value));
  }
}
template <class A>
using FloatOf = std::conditional_t<std::is_floating_point_v<A>, A, double>;
struct L2 {
  template <class A, class T>
  static A fold(const T* x, int64_t n) {
    using F = FloatOf<A>;
    return in_float<A, T>(std::sqrt(sum_of<F>(x, n, [](F v) { return v * v; })));
  }
};
struct LogSum {
  template <class A, class T>
  static A fold(const T* x, int64_t n) {
    return in_float<A, T>(std::log(sum_of<FloatOf<A>>(x, n, kSame)));
  }
};
struct LogSumExp {
  template <class A, class T>
  static A fold(const T* x, int64_t n) {
    using F = FloatOf<A>;
    F top = -std::numeric_limits<F>::infinity();
    for (int64_t i = 0; i < n; ++i) top = std::max(top, static_cast<F>(x[i]));
    if (!std::isfinite(top)) top = 0;
    return in_float<A, T>(top + std::log(sum_of<F>(x, n, [top](F v) { return std::exp(v - top); })));
  }
};
struct Mean {
  template <class A, class T>
  static A fold(const T* x, int64_t n) {
    if constexpr (is_float<T>) return sum_of<A>(x, n, kSame) / static_cast<A>(n);
    if (n == 0) return A{0};
    const auto sum = static_cast<A>(sum_of<A>(x, n, kSame));
    // The mean of integers is cut to an integer.
    if constexpr (std::is_signed_v<T>) return static_cast<A>(static_cast<int64_t>(sum) / n);  // NOLINT
    return sum / static_cast<A>(n);
  }
};
struct Prod {
  template <class A, class T>
  static A fold(const T* x, int64_t n) {
    A product{1};
    for (int64_t i = 0; i < n; ++i) product *= static_cast<A>(x[i]);
    return product;
  }
};
// A NaN anywhere is the result.
template <bool kLargest>
struct Extreme {
  template <class A, class T>
  static A fold(const T* x, int64_t n) {
    if (n == 0) return static_cast<A>(none<T>());
    T best = x[0];
    for (int64_t i = 1; i < n; ++i) {
      if (kLargest ? is_above(x[i], best) : is_below(x[i], best)) best = x[i];
    }
    return static_cast<A>(best);
  }
  template <class T>
  static T none() {
    if constexpr (is_float<T>) return static_cast<T>((kLargest ? -1 : 1) * std::numeric_limits<float>::infinity());
    if constexpr (!is_float<T>) return kLargest ? std::numeric_limits<T>::lowest() : std::numeric_limits<T>::max();
  }
};

template <class Fold, class A, class T>
void reduce(KernelContext& context, const T* x, T* y, int64_t count, int64_t length) {
  context.parallel_for(static_cast<uint64_t>(count), grain_for(length), [&](uint64_t begin, uint64_t end) {
    for (auto i = static_cast<int64_t>(begin); i < static_cast<int64_t>(end); ++i) {
      y[i] = static_cast<T>(Fold::template fold<A>(x + i * length, length));
    }
  });
}

template <class Fold, class Types>
Result<Kernel> make_reduce(const NodeSpec& node) {
  return Kernel([axes = IntsParameter(node, "axes", 1), keep = node.get_int("keepdims", 1) != 0,
                 noop = node.get_int("noop_with_empty_axes", 0) != 0,
                 f64 = node.accumulate_f64()](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const std::optional<Shape> given, axes.read(context));
    Shape reduced;
    if (given) {
      MORTISE_ASSIGN(reduced, normalise_axes(*given, x.rank()));
    }
    const bool all = reduced.empty() && !noop;
    const Shape strides = strides_of(x.shape());
    Shape result, kept, kept_steps, folded, folded_steps;
    for (uint32_t i = 0; i < x.rank(); ++i) {
      const bool fold = all || std::find(reduced.begin(), reduced.end(), i) != reduced.end();
      (fold ? folded : kept).push_back(x.dim(i));
      (fold ? folded_steps : kept_steps).push_back(strides[i]);
      if (!fold || keep) result.push_back(fold ? 1 : x.dim(i));
    }
    // In order already if the walk over kept, then folded axes is the walk over x.
    Shape walk = kept, steps = kept_steps;
    for (uint32_t i = 0; i < folded.rank(); ++i) {
      walk.push_back(folded[i]);
      steps.push_back(folded_steps[i]);
    }
    const bool in_order = steps == strides;
    MORTISE_TRY(check_shape(x.dtype(), result));
    return dispatch(Types{}, x.dtype(), [&]<class T>() -> Status {
      Tensor& y = context.output(0, x.dtype(), result);
      const int64_t count = y.num_elements();
      if (count == 0) return {};
      const T* data = x.data<T>();
      if (!in_order && x.num_elements() != 0) {
        const std::span<T> moved = context.scratch<T>(static_cast<uint64_t>(x.num_elements()));
        copy_strided(context, data, walk, steps, moved.data());
        data = moved.data();
      }
      const int64_t length = folded.num_elements();
      if constexpr (std::is_same_v<T, bool>) {
        reduce<Fold, bool>(context, data, y.data<T>(), count, length);
      } else if constexpr (!is_float<T>) {
        reduce<Fold, uint64_t>(context, data, y.data<T>(), count, length);
      } else if (f64) {
        reduce<Fold, double>(context, data, y.data<T>(), count, length);
      } else {
        reduce<Fold, Compute<T>>(context, data, y.data<T>(), count, length);
      }
      return {};
    });
  });
}

}  // namespace

Result<Kernel> make_reduce_l1(const NodeSpec& node) { return make_reduce<L1, Numbers>(node); }
Result<Kernel> make_reduce_l2(const NodeSpec& node) { return make_reduce<L2, Numbers>(node); }
Result<Kernel> make_reduce_log_sum(const NodeSpec& node) { return make_reduce<LogSum, Numbers>(node); }
Result<Kernel> make_reduce_log_sum_exp(const NodeSpec& node) { return make_reduce<LogSumExp, Numbers>(node); }
Result<Kernel> make_reduce_max(const NodeSpec& node) { return make_reduce<Extreme<true>, NumbersAndBool>(node); }
Result<Kernel> make_reduce_mean(const NodeSpec& node) { return make_reduce<Mean, Numbers>(node); }
Result<Kernel> make_reduce_min(const NodeSpec& node) { return make_reduce<Extreme<false>, NumbersAndBool>(node); }
Result<Kernel> make_reduce_prod(const NodeSpec& node) { return make_reduce<Prod, Numbers>(node); }
Result<Kernel> make_reduce_sum(const NodeSpec& node) { return make_reduce<Sum, Numbers>(node); }
Result<Kernel> make_reduce_sum_square(const NodeSpec& node) { return make_reduce<SumSquare, Numbers>(node); }

}  // namespace mortise::reference
