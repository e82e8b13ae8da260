// CumSum and CumProd: running sums and products along an axis.
#include "providers/reference/ops/axes.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

template <class T, class A>
void accumulate(const T* x, T* y, int64_t n, int64_t step, bool product, bool exclusive) {
  A running = product ? A{1} : A{0};
  for (int64_t i = 0; i < n; ++i) {
    const auto value = static_cast<A>(x[i * step]);
    const A next = product ? running * value : running + value;
    y[i * step] = static_cast<T>(exclusive ? running : next);
    running = next;
  }
}

Result<Kernel> make_cumulative(const NodeSpec& node, bool product) {
  return Kernel([product, exclusive = node.get_int("exclusive", 0) != 0, reverse = node.get_int("reverse", 0) != 0,
                 f64 = node.accumulate_f64()](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const int64_t axis, int_of(context, 1, "axis"));
    MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, x.rank()));
    const AxisSplit s = split_at(x.shape(), a);
    return dispatch(Numbers{}, x.dtype(), [&]<class T>() -> Status {
      T* y = context.output(0, x.dtype(), x.shape()).template data<T>();
      if (x.num_elements() == 0) return {};
      context.parallel_for(
          static_cast<uint64_t>(s.outer * s.inner), grain_for(s.extent), [&](uint64_t begin, uint64_t end) {
            for (auto i = static_cast<int64_t>(begin); i < static_cast<int64_t>(end); ++i) {
              const int64_t first =
                  i / s.inner * s.extent * s.inner + i % s.inner + (reverse ? (s.extent - 1) * s.inner : 0);
              const int64_t step = reverse ? -s.inner : s.inner;
              const T* from = x.data<T>() + first;
              if constexpr (!is_float<T>) {
                accumulate<T, uint64_t>(from, y + first, s.extent, step, product, exclusive);
              } else if (f64) {
                accumulate<T, double>(from, y + first, s.extent, step, product, exclusive);
              } else {
                accumulate<T, Compute<T>>(from, y + first, s.extent, step, product, exclusive);
              }
            }
          });
      return {};
    });
  });
}

}  // namespace

Result<Kernel> make_cum_prod(const NodeSpec& node) { return make_cumulative(node, true); }
Result<Kernel> make_cum_sum(const NodeSpec& node) { return make_cumulative(node, false); }

}  // namespace mortise::reference
