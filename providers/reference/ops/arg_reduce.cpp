// ArgMax, ArgMin, Hardmax, TopK: positions of the extremes along an axis.
//
// NaN counts as larger than every number, so that the order is total and no input can upset the sort.
#include <cmath>
#include <numeric>

#include "providers/reference/ops/axes.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

template <class T>
bool less(T a, T b) {
  if constexpr (is_float<T>) {
    const auto x = static_cast<Compute<T>>(a), y = static_cast<Compute<T>>(b);
    return x < y || (std::isnan(y) && !std::isnan(x));
  } else {
    return a < b;
  }
}

// Where the extreme of n elements, `step` apart, is.
template <class T>
int64_t find_extreme(const T* x, int64_t n, int64_t step, bool largest, bool last) {
  int64_t best = 0;
  for (int64_t i = 1; i < n; ++i) {
    const T a = x[best * step], b = x[i * step];
    if ((largest ? less(a, b) : less(b, a)) || (last && !less(a, b) && !less(b, a))) best = i;
  }
  return best;
}

Result<Kernel> make_arg(const NodeSpec& node, bool largest) {
  return Kernel([axis = node.get_int("axis", 0), keep = node.get_int("keepdims", 1) != 0,
                 last = node.get_int("select_last_index", 0) != 0, largest](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, x.rank()));
    Shape result = x.shape();
    keep ? static_cast<void>(result[a] = 1) : result.erase(a);
    const AxisSplit s = split_at(x.shape(), a);
    return dispatch(Numbers{}, x.dtype(), [&]<class T>() -> Status {
      Tensor& y = context.output(0, DType::kI64, result);
      if (y.num_elements() == 0) return {};
      if (s.extent == 0) {
        return invalid_argument("data ", to_string(x.shape()), " has no element along axis ", a, " to choose from");
      }
      context.parallel_for(static_cast<uint64_t>(s.outer * s.inner), grain_for(s.extent),
                           [&](uint64_t begin, uint64_t end) {
                             for (auto i = static_cast<int64_t>(begin); i < static_cast<int64_t>(end); ++i) {
                               const T* from = x.data<T>() + i / s.inner * s.extent * s.inner + i % s.inner;
                               y.data<int64_t>()[i] = find_extreme(from, s.extent, s.inner, largest, last);
                             }
                           });
      return {};
    });
  });
}

}  // namespace

Result<Kernel> make_arg_max(const NodeSpec& node) { return make_arg(node, true); }
Result<Kernel> make_arg_min(const NodeSpec& node) { return make_arg(node, false); }

Result<Kernel> make_hardmax(const NodeSpec& node) {
  // Before version 13 everything from the axis on is one axis.
  const bool coerce = node.since_version() < 13;
  return Kernel([axis = node.get_int("axis", coerce ? 1 : -1), coerce,
                 first_version = node.since_version() == 1](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    // Version 1 names no range; behind the last axis, as its default is for a list, every element is by itself.
    const bool behind = first_version && axis == x.rank();
    uint32_t a = x.rank();
    if (!behind) {
      MORTISE_ASSIGN(a, normalise_axis(axis, x.rank()));
    }
    const AxisSplit s = split_at(x.shape(), a, coerce || behind ? x.rank() : a + 1);
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      T* const y = context.output(0, x.dtype(), x.shape()).template data<T>();
      if (x.num_elements() == 0) return {};
      const auto lines = static_cast<uint64_t>(s.outer * s.inner);
      context.parallel_for(lines, grain_for(2 * s.extent), [&](uint64_t begin, uint64_t end) {
        for (auto i = static_cast<int64_t>(begin); i < static_cast<int64_t>(end); ++i) {
          const int64_t first = i / s.inner * s.extent * s.inner + i % s.inner;
          for (int64_t k = 0; k < s.extent; ++k) y[first + k * s.inner] = static_cast<T>(0.0f);
          const int64_t at = find_extreme(x.data<T>() + first, s.extent, s.inner, true, false);
          y[first + at * s.inner] = static_cast<T>(1.0f);
        }
      });
      return {};
    });
  });
}

Result<Kernel> make_top_k(const NodeSpec& node) {
  return Kernel([axis = node.get_int("axis", -1), largest = node.get_int("largest", 1) != 0,
                 k_attribute = node.get_int("k", 0),
                 by_attribute = node.since_version() < 10](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, x.rank()));
    int64_t k = k_attribute;
    if (!by_attribute) {
      MORTISE_ASSIGN(k, int_of(context, 1, "K"));
    }
    if (k < 0 || k > x.dim(a)) {
      return invalid_argument("K is ", k, ", but X ", to_string(x.shape()), " has 0 to ", x.dim(a),
                              " elements to give along axis ", a);
    }
    Shape result = x.shape();
    result[a] = k;
    const AxisSplit s = split_at(x.shape(), a);
    return dispatch(Numbers{}, x.dtype(), [&]<class T>() -> Status {
      T* values = context.output(0, x.dtype(), result).template data<T>();
      int64_t* indices = context.output(1, DType::kI64, result).data<int64_t>();
      if (result.num_elements() == 0) return {};
      // A list of positions per row, so that rows may be worked on at once.
      const std::span<int64_t> orders = context.scratch<int64_t>(static_cast<uint64_t>(x.num_elements()));
      context.parallel_for(static_cast<uint64_t>(s.outer * s.inner), grain_for(8 * s.extent),
                           [&](uint64_t begin, uint64_t end) {
                             for (auto i = static_cast<int64_t>(begin); i < static_cast<int64_t>(end); ++i) {
                               const int64_t outer = i / s.inner, inner = i % s.inner;
                               const T* from = x.data<T>() + outer * s.extent * s.inner + inner;
                               int64_t* order = orders.data() + i * s.extent;
                               std::iota(order, order + s.extent, int64_t{0});
                               std::partial_sort(order, order + k, order + s.extent, [&](int64_t p, int64_t q) {
                                 const T v = from[p * s.inner], w = from[q * s.inner];
                                 if (less(v, w)) return !largest;
                                 if (less(w, v)) return largest;
                                 return p < q;
                               });
                               for (int64_t n = 0; n < k; ++n) {
                                 values[(outer * k + n) * s.inner + inner] = from[order[n] * s.inner];
                                 indices[(outer * k + n) * s.inner + inner] = order[n];
                               }
                             }
                           });
      return {};
    });
  });
}

}  // namespace mortise::reference
