// RandomNormal, RandomUniform, their Like forms, Bernoulli and Multinomial.
// A node without a seed has one of its own and so repeats itself from run to run, but no other node.
#include <bit>
#include <cmath>
#include <numbers>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
#include "providers/reference/ops/random.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

double normal(uint64_t seed, uint64_t counter) {
  const double u = 1 - uniform(seed, 2 * counter), v = uniform(seed, 2 * counter + 1);
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}
uint64_t seed_of(const NodeSpec& node) {
  return node.has("seed") ? std::bit_cast<uint32_t>(node.get_float("seed", 0)) : own_seed(node);
}

// first + second * (a number of the distribution)
Result<Kernel> make_random(const NodeSpec& node, bool like, bool gaussian) {
  const double low = node.get_float("low", 0), high = node.get_float("high", 1);
  const double first = gaussian ? node.get_float("mean", 0) : low;
  const double second = gaussian ? node.get_float("scale", 1) : high - low;
  const auto dtype = static_cast<DType>(node.get_int("dtype", like ? 0 : 1));
  return Kernel([=, seed = seed_of(node), fixed = Shape(node.get_ints("shape"))](KernelContext& context) -> Status {
    const Shape& shape = like ? context.input(0).shape() : fixed;
    const DType type = dtype == DType::kUndefined ? context.input(0).dtype() : dtype;
    MORTISE_TRY(check_shape(type, shape));
    return dispatch(Floats{}, type, [&]<class T>() -> Status {
      const std::span<T> y = context.output(0, type, shape).template elements<T>();
      for (uint64_t i = 0; i < y.size(); ++i) {
        y[i] = static_cast<T>(first + second * (gaussian ? normal(seed, i) : uniform(seed, i)));
      }
      return {};
    });
  });
}

}  // namespace

Result<Kernel> make_random_normal(const NodeSpec& node) { return make_random(node, false, true); }
Result<Kernel> make_random_normal_like(const NodeSpec& node) { return make_random(node, true, true); }
Result<Kernel> make_random_uniform(const NodeSpec& node) { return make_random(node, false, false); }
Result<Kernel> make_random_uniform_like(const NodeSpec& node) { return make_random(node, true, false); }

Result<Kernel> make_bernoulli(const NodeSpec& node) {
  return Kernel(
      [seed = seed_of(node), dtype = static_cast<DType>(node.get_int("dtype", 0))](KernelContext& context) -> Status {
        const Tensor& x = context.input(0);
        return dispatch(Floats{}, x.dtype(), [&]<class P>() -> Status {
          const DType type = dtype == DType::kUndefined ? x.dtype() : dtype;
          return dispatch(NumbersAndBool{}, type, [&]<class T>() -> Status {
            const std::span<T> y = context.output(0, type, x.shape()).template elements<T>();
            for (uint64_t i = 0; i < y.size(); ++i) {
              y[i] = static_cast<T>(uniform(seed, i) < static_cast<double>(x.data<P>()[i]) ? 1 : 0);
            }
            return {};
          });
        });
      });
}

Result<Kernel> make_multinomial(const NodeSpec& node) {
  const auto type = static_cast<DType>(node.get_int("dtype", 6));
  const int64_t samples = node.get_int("sample_size", 1);
  if ((type != DType::kI32 && type != DType::kI64) || samples < 0) {
    return invalid_argument(samples, " samples of type ", static_cast<int32_t>(type), " are not possible");
  }
  return Kernel([=, seed = seed_of(node)](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    if (x.rank() != 2 || x.dim(1) < 1)
      return invalid_argument("input ", to_string(x.shape()), " must be [batch, classes]");
    const Shape result{x.dim(0), samples};
    MORTISE_TRY(check_shape(DType::kF64, result));
    Tensor& y = context.output(0, type, result);
    const auto classes = static_cast<uint64_t>(x.dim(1)), count = static_cast<uint64_t>(samples);
    const std::span<const double> logs = read_doubles(context, x);
    const std::span<double> sums = context.scratch<double>(classes),
                            out = context.scratch<double>(static_cast<uint64_t>(result.num_elements()));
    for (uint64_t i = 0; i < out.size(); ++i) {
      if (i % count == 0) {  // the running sums of the row's probabilities, up to a factor
        const std::span<const double> row = logs.subspan(i / count * classes, classes);
        const double highest = *std::max_element(row.begin(), row.end());
        double sum = 0;
        for (uint64_t c = 0; c < classes; ++c) sums[c] = sum += std::exp(row[c] - highest);
      }
      const double point = uniform(seed, i) * sums.back();
      const auto drawn = std::upper_bound(sums.begin(), sums.end(), point) - sums.begin();
      out[i] = static_cast<double>(std::min<int64_t>(drawn, x.dim(1) - 1));
    }
    write_doubles(context, out, y);
    return {};
  });
}

}  // namespace mortise::reference
