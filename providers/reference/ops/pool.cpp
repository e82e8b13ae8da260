// MaxPool, AveragePool, LpPool: one number per window of each channel's plane.
#include <algorithm>
#include <cmath>
#include <limits>

#include "providers/reference/accumulator.h"
#include "providers/reference/ops/axes.h"
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

// What is computed of a run's outputs lies on the stack.
constexpr uint64_t kMaxRun = 256;

// Calls body(output, offset of its plane in x, run) for all outputs of a tensor, a run of at most kMaxRun at a time.
template <class Body>
void for_each_run(KernelContext& context, const Shape& output, const Window& window, Body&& body) {
  const uint64_t per_plane = window.output_size();
  const auto count = static_cast<uint64_t>(output.num_elements());
  const auto cost = static_cast<int64_t>(std::min(window.taps(), window.input_size()));
  context.parallel_for(count, grain_for(cost + 8), [&](uint64_t begin, uint64_t end) {
    WindowRuns run(window);
    for (uint64_t i = begin; i < end; i += run.count()) {
      run.seek(i % per_plane, std::min(end - i, kMaxRun));
      body(i, i / per_plane * window.input_size(), run);
    }
  });
}

// `offset` in row-major order as an index in column-major order.
uint64_t column_major(uint64_t offset, const Shape& extents) {
  uint64_t index = 0;
  for (uint32_t axis = extents.rank(); axis-- > 0;) {
    const auto extent = static_cast<uint64_t>(extents[axis]);
    index = index * extent + offset % extent;
    offset /= extent;
  }
  return index;
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
      for_each_run(context, output, window, [&](uint64_t i, uint64_t plane, WindowRuns& run) {
        const T* image = x.data<T>() + plane;
        Compute<T> best[kMaxRun];
        std::fill_n(best, run.count(), static_cast<Compute<T>>(lowest_of<T>()));
        if (indices == nullptr) {
          run.for_each_tap([&](uint64_t o, uint64_t offset) {
            const auto value = static_cast<Compute<T>>(image[offset]);
            best[o] = is_above(value, best[o]) ? value : best[o];
          });
        } else {
          uint64_t places[kMaxRun];
          constexpr uint64_t kNowhere = ~uint64_t{0};
          std::fill_n(places, run.count(), kNowhere);
          run.for_each_tap([&](uint64_t o, uint64_t offset) {
            const auto value = static_cast<Compute<T>>(image[offset]);
            const bool better = places[o] == kNowhere || is_above(value, best[o]);
            best[o] = better ? value : best[o];
            places[o] = better ? offset : places[o];
          });
          for (uint64_t o = 0; o < run.count(); ++o) {
            uint64_t place = places[o] == kNowhere ? 0 : places[o];
            if (by_columns && place != 0) place = column_major(place, window.input);
            indices[i + o] = static_cast<int64_t>(plane + place);
          }
        }
        std::transform(best, best + run.count(), y.data<T>() + i, [](auto value) { return static_cast<T>(value); });
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
        for_each_run(context, output, window, [&](uint64_t i, uint64_t plane, WindowRuns& run) {
          const T* image = x.data<T>() + plane;
          Acc sums[kMaxRun];
          std::fill_n(sums, run.count(), Acc{0});
          run.for_each_tap([&](uint64_t o, uint64_t offset) { sums[o] += static_cast<Acc>(image[offset]); });
          const int64_t count = count_padding ? run.padded_taps() : run.taps();
          std::transform(sums, sums + run.count(), y.data<T>() + i,
                         [&](Acc sum) { return static_cast<T>(count == 0 ? Acc{0} : sum / static_cast<Acc>(count)); });
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
      for_each_run(context, output, window, [&](uint64_t i, uint64_t plane, WindowRuns& run) {
        const T* image = x.data<T>() + plane;
        double sums[kMaxRun];
        std::fill_n(sums, run.count(), 0.0);
        if (p == 2) {
          run.for_each_tap([&](uint64_t o, uint64_t offset) {
            const auto value = static_cast<double>(image[offset]);
            sums[o] += value * value;
          });
        } else {
          run.for_each_tap([&](uint64_t o, uint64_t offset) {
            sums[o] += std::pow(std::abs(static_cast<double>(image[offset])), p);
          });
        }
        std::transform(sums, sums + run.count(), y.data<T>() + i,
                       [&](double sum) { return static_cast<T>(p == 2 ? std::sqrt(sum) : std::pow(sum, 1 / p)); });
      });
      return {};
    });
  });
}

}  // namespace mortise::reference
