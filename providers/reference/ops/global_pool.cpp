// GlobalAveragePool, GlobalMaxPool, GlobalLpPool: one number per channel's whole plane.
#include <cmath>

#include "providers/reference/accumulator.h"
#include "providers/reference/kernel.h"
#include "providers/reference/ops/extremes.h"

namespace mortise::reference {
namespace {

// summarize(elements of a plane) gives the number.
template <class T, class Summarize>
Status for_each_plane(KernelContext& context, Summarize&& summarize) {
  const Tensor& x = context.input(0);
  if (x.rank() < 2) return invalid_argument("input ", to_string(x.shape()), " has no channels");
  Shape output(x.rank(), 1);
  output[0] = x.dim(0);
  output[1] = x.dim(1);
  const auto size = static_cast<uint64_t>(x.shape().product(2, x.rank()));
  Tensor& y = context.output(0, x.dtype(), output);
  if (size == 0 && y.num_elements() != 0) return invalid_argument("input ", to_string(x.shape()), " has empty planes");
  context.parallel_for(static_cast<uint64_t>(y.num_elements()), 100'000 / (size + 1) + 1,
                       [&](uint64_t begin, uint64_t end) {
                         for (uint64_t i = begin; i < end; ++i) {
                           y.data<T>()[i] = static_cast<T>(summarize(std::span(x.data<T>() + i * size, size)));
                         }
                       });
  return {};
}

}  // namespace

Result<Kernel> make_global_average_pool(const NodeSpec& node) {
  const bool f64 = node.accumulate_f64();
  return Kernel([f64](KernelContext& context) -> Status {
    return dispatch(Floats{}, context.input(0).dtype(), [&]<class T>() -> Status {
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status {
        return for_each_plane<T>(context, [](std::span<const T> plane) {
          Acc sum = 0;
          for (const T value : plane) sum += static_cast<Acc>(value);
          return sum / static_cast<Acc>(plane.size());
        });
      });
    });
  });
}

Result<Kernel> make_global_max_pool(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    return dispatch(Floats{}, context.input(0).dtype(), [&]<class T>() -> Status {
      return for_each_plane<T>(context, [](std::span<const T> plane) {
        return *std::max_element(plane.begin(), plane.end(), [](T x, T y) { return is_above(y, x); });
      });
    });
  });
}

Result<Kernel> make_global_lp_pool(const NodeSpec& node) {
  // A float in version 1, an integer since.
  const double p = node.since_version() < 2 ? node.get_float("p", 2.0f) : static_cast<double>(node.get_int("p", 2));
  return Kernel([p](KernelContext& context) -> Status {
    return dispatch(Floats{}, context.input(0).dtype(), [&]<class T>() -> Status {
      return for_each_plane<T>(context, [p](std::span<const T> plane) {
        double sum = 0;
        for (const T value : plane) sum += std::pow(std::abs(static_cast<double>(value)), p);
        return std::pow(sum, 1 / p);
      });
    });
  });
}

}  // namespace mortise::reference
