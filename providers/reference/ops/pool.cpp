// MaxPool, AveragePool, LpPool: one number per window of each channel's plane.
#include <cmath>
#include <limits>

#include "providers/reference/accumulator.h"
#include "providers/reference/ops/extremes.h"
#include "providers/reference/window.h"

namespace mortise::reference {
namespace {

// The window over x and the extents of the output.
Result<Window> pool_window(const WindowAttributes& attributes, const Tensor& x, Shape& output) {
  MORTISE_ASSIGN(Window window, sdk::resolve_window(attributes, x.shape(), Shape()));
  output = window.output;
  output.insert(0, x.dim(1));
  output.insert(0, x.dim(0));
  if (!checked_num_elements(output)) return invalid_argument("the output ", to_string(output), " is too large");
  return window;
}

template <class Body>
void for_each_window(KernelContext& context, const Shape& output, const Window& window, Body&& body) {
  const uint64_t per_plane = window.output_size();
  context.parallel_for(static_cast<uint64_t>(output.num_elements()), 1024, [&](uint64_t begin, uint64_t end) {
    for (uint64_t i = begin; i < end; ++i) body(i, i / per_plane * window.input_size(), i % per_plane);
  });
}

// `offset` in row-major order as an index in column-major order.
uint64_t column_major(uint64_t offset, const Shape& extents) {
  Shape at;
  unravel(offset, extents, at);
  int64_t index = 0;
  for (uint32_t axis = extents.rank(); axis-- > 0;) index = index * extents[axis] + at[axis];
  return static_cast<uint64_t>(index);
}

template <class T>
T lowest_of() {
  if constexpr (is_float<T>) {
    return static_cast<T>(-std::numeric_limits<float>::infinity());
  } else {
    return std::numeric_limits<T>::lowest();
  }
}

}  // namespace

Result<Kernel> make_max_pool(const NodeSpec& node) {
  MORTISE_ASSIGN(const WindowAttributes attributes, sdk::read_window(node));
  const bool by_columns = node.get_int("storage_order", 0) != 0;
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    Shape output;
    MORTISE_ASSIGN(const Window window, pool_window(attributes, x, output));
    Tensor& y = context.output(0, x.dtype(), output);
    int64_t* indices = context.has_output(1) ? context.output(1, DType::kI64, output).data<int64_t>() : nullptr;
    return dispatch(Numbers{}, x.dtype(), [&]<class T>() -> Status {
      for_each_window(context, output, window, [&](uint64_t i, uint64_t plane, uint64_t at) {
        const T* image = x.data<T>() + plane;
        Compute<T> best = lowest_of<T>();
        uint64_t best_offset = 0;
        bool first = true;
        for_each_tap(window, at, [&](uint64_t offset) {
          const auto value = static_cast<Compute<T>>(image[offset]);
          if (!first && !is_above(value, best)) return;
          best = value;
          best_offset = offset;
          first = false;
        });
        y.data<T>()[i] = static_cast<T>(best);
        if (indices != nullptr) {
          indices[i] =
              static_cast<int64_t>(plane + (by_columns ? column_major(best_offset, window.input) : best_offset));
        }
      });
      return {};
    });
  });
}

Result<Kernel> make_average_pool(const NodeSpec& node) {
  MORTISE_ASSIGN(const WindowAttributes attributes, sdk::read_window(node));
  const bool count_padding = node.get_int("count_include_pad", 0) != 0;
  const bool f64 = node.accumulate_f64();
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    Shape output;
    MORTISE_ASSIGN(const Window window, pool_window(attributes, x, output));
    Tensor& y = context.output(0, x.dtype(), output);
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status {
        for_each_window(context, output, window, [&](uint64_t i, uint64_t plane, uint64_t at) {
          const T* image = x.data<T>() + plane;
          Acc sum = 0;
          int64_t count = 0;
          for_each_tap(window, at, [&](uint64_t offset) {
            sum += static_cast<Acc>(image[offset]);
            ++count;
          });
          if (count_padding) count = padded_taps(window, at);
          y.data<T>()[i] = static_cast<T>(count == 0 ? Acc{0} : sum / static_cast<Acc>(count));
        });
        return {};
      });
    });
  });
}

Result<Kernel> make_lp_pool(const NodeSpec& node) {
  MORTISE_ASSIGN(const WindowAttributes attributes, sdk::read_window(node));
  // A float in version 1, an integer since.
  const double p = node.since_version() < 2 ? node.get_float("p", 2.0f) : static_cast<double>(node.get_int("p", 2));
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    Shape output;
    MORTISE_ASSIGN(const Window window, pool_window(attributes, x, output));
    Tensor& y = context.output(0, x.dtype(), output);
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      for_each_window(context, output, window, [&](uint64_t i, uint64_t plane, uint64_t at) {
        const T* image = x.data<T>() + plane;
        double sum = 0;
        for_each_tap(window, at,
                     [&](uint64_t offset) { sum += std::pow(std::abs(static_cast<double>(image[offset])), p); });
        y.data<T>()[i] = static_cast<T>(std::pow(sum, 1 / p));
      });
      return {};
    });
  });
}

}  // namespace mortise::reference
