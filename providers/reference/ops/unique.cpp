// Unique: the distinct elements, or the distinct slices along an axis.
#include <cmath>
#include <numeric>
#include <string_view>

#include "providers/reference/ops/axes.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

// A total order: NaN comes last, and all NaN are one; complex numbers by their real parts, then their imaginary ones.
template <class T>
int compare(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, mortise_string_t>) {
    return std::string_view(a.data, a.size).compare(std::string_view(b.data, b.size));
  } else if constexpr (is_float<T>) {
    const auto x = static_cast<Compute<T>>(a), y = static_cast<Compute<T>>(b);
    if (std::isnan(x) || std::isnan(y)) return static_cast<int>(std::isnan(x)) - static_cast<int>(std::isnan(y));
    return x < y ? -1 : x > y ? 1 : 0;
  } else if constexpr (std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>) {
    const int real = compare(a.real(), b.real());
    return real != 0 ? real : compare(a.imag(), b.imag());
  } else {
    return a < b ? -1 : b < a ? 1 : 0;
  }
}

}  // namespace

Result<Kernel> make_unique(const NodeSpec& node) {
  return Kernel([flat = !node.has("axis"), axis = node.get_int("axis", 0),
                 sorted = node.get_int("sorted", 1) != 0](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    AxisSplit s{1, x.num_elements(), 1};
    Shape result{0};
    uint32_t a = 0;
    if (!flat) {
      MORTISE_ASSIGN(a, normalise_axis(axis, x.rank()));
      s = split_at(x.shape(), a);
      result = x.shape();
    }
    const auto n = static_cast<uint64_t>(s.extent);
    return dispatch(Join<NumbersAndBool, NoNumbers>{}, x.dtype(), [&]<class T>() -> Status {
      const T* data = x.data<T>();
      const auto compare_slices = [&](int64_t p, int64_t q) {
        for (int64_t o = 0; o < s.outer; ++o) {
          for (int64_t i = 0; i < s.inner; ++i) {
            const int c = compare(data[(o * s.extent + p) * s.inner + i], data[(o * s.extent + q) * s.inner + i]);
            if (c != 0) return c;
          }
        }
        return 0;
      };
      const auto order = context.scratch<int64_t>(n);  // slices, sorted; equal ones in order of appearance
      const auto group = context.scratch<int64_t>(n);  // of a slice: its rank among the distinct ones
      const auto first = context.scratch<int64_t>(n);  // of a group: the slice it was seen at first
      std::iota(order.begin(), order.end(), int64_t{0});
      std::sort(order.begin(), order.end(), [&](int64_t p, int64_t q) {
        const int c = compare_slices(p, q);
        return c != 0 ? c < 0 : p < q;
      });
      uint64_t count = 0;
      for (uint64_t i = 0; i < n; ++i) {
        if (i == 0 || compare_slices(order[i - 1], order[i]) != 0) first[count++] = order[i];
        group[static_cast<uint64_t>(order[i])] = static_cast<int64_t>(count) - 1;
      }
      // The order of the output: by value, or by first appearance.
      const auto output = context.scratch<int64_t>(count);
      const auto place = context.scratch<int64_t>(count);
      std::iota(output.begin(), output.end(), int64_t{0});
      const auto first_of = [&](int64_t g) { return first[static_cast<uint64_t>(g)]; };
      if (!sorted) {
        std::sort(output.begin(), output.end(), [&](int64_t g, int64_t h) { return first_of(g) < first_of(h); });
      }
      for (uint64_t i = 0; i < count; ++i) place[static_cast<uint64_t>(output[i])] = static_cast<int64_t>(i);
      const auto distinct = static_cast<int64_t>(count);
      result[a] = distinct;
      T* y = context.output(0, x.dtype(), result).template data<T>();
      for (int64_t o = 0; o < s.outer; ++o) {
        for (const int64_t g : output) y = std::copy_n(data + (o * s.extent + first_of(g)) * s.inner, s.inner, y);
      }
      if (context.has_output(1)) {
        int64_t* indices = context.output(1, DType::kI64, {distinct}).data<int64_t>();
        for (const int64_t g : output) *indices++ = first_of(g);
      }
      const auto place_of = [&](uint64_t slice) { return place[static_cast<uint64_t>(group[slice])]; };
      if (context.has_output(2)) {
        int64_t* inverse = context.output(2, DType::kI64, {s.extent}).data<int64_t>();
        for (uint64_t i = 0; i < n; ++i) inverse[i] = place_of(i);
      }
      if (context.has_output(3)) {
        int64_t* counts = context.output(3, DType::kI64, {distinct}).data<int64_t>();
        std::fill_n(counts, distinct, int64_t{0});
        for (uint64_t i = 0; i < n; ++i) ++counts[place_of(i)];
      }
      return {};
    });
  });
}

}  // namespace mortise::reference
