// BatchNormalization: per channel (x - mean) / sqrt(variance + epsilon) * scale + bias. In training mode mean and
// variance are those of the batch, and the running ones move towards them.
#include <cmath>

#include "providers/reference/accumulator.h"
#include "providers/reference/kernel.h"

namespace mortise::reference {
namespace {

struct BatchNormalization {
  float epsilon, momentum;
  bool spatial;  // one pair of statistics per channel; otherwise (before version 9) one per activation
  bool training;

  template <class T, class Acc>
  Status run(KernelContext& context) const {
    const Tensor& x = context.input(0);
    const auto batch = static_cast<uint64_t>(x.dim(0));
    const uint64_t inner = spatial && x.rank() > 2 ? static_cast<uint64_t>(x.shape().product(2, x.rank())) : 1;
    const uint64_t channels =
        static_cast<uint64_t>(spatial ? (x.rank() > 1 ? x.dim(1) : 1) : x.shape().product(1, x.rank()));
    std::span<Acc> parameters[4];  // scale, bias, mean, variance
    for (uint64_t i = 0; i < 4; ++i) {
      if (static_cast<uint64_t>(context.input(i + 1).num_elements()) != channels) {
        return invalid_argument("input ", i + 1, " ", to_string(context.input(i + 1).shape()), " does not fit the ",
                                channels, " channels of ", to_string(x.shape()));
      }
      parameters[i] = context.scratch<Acc>(channels);
      MORTISE_TRY(read_floats(context.input(i + 1), parameters[i]));
    }
    const auto [scale, bias, mean, variance] = parameters;
    if (training) MORTISE_TRY(train<T>(context, batch, channels, inner, mean, variance));
    const std::span<Acc> factor = scale, addend = bias;
    for (uint64_t c = 0; c < channels; ++c) {
      factor[c] = scale[c] / std::sqrt(variance[c] + static_cast<Acc>(epsilon));
    }
    Tensor& y = context.output(0, x.dtype(), x.shape());
    const uint64_t planes = batch * channels;
    context.parallel_for(planes, 50'000 / (inner + 1) + 1, [&, mean = mean](uint64_t begin, uint64_t end) {
      for (uint64_t plane = begin; plane < end; ++plane) {
        const uint64_t c = plane % channels;
        const T* in = x.data<T>() + plane * inner;
        T* out = y.data<T>() + plane * inner;
        for (uint64_t i = 0; i < inner; ++i) {
          out[i] = static_cast<T>((static_cast<Acc>(in[i]) - mean[c]) * factor[c] + addend[c]);
        }
      }
    });
    return {};
  }

  // Replaces mean and variance with those of the batch and writes the outputs of training.
  template <class T, class Acc>
  Status train(KernelContext& context, uint64_t batch, uint64_t channels, uint64_t inner, std::span<Acc> mean,
               std::span<Acc> variance) const {
    const T* x = context.input(0).data<T>();
    const auto count = static_cast<double>(batch * inner);
    const std::span<Acc> running_mean = context.scratch<Acc>(channels),
                         running_variance = context.scratch<Acc>(channels);
    for (uint64_t c = 0; c < channels; ++c) {
      const auto sum_over_channel = [&](auto&& term) {
        double sum = 0;
        for (uint64_t n = 0; n < batch; ++n) {
          const T* plane = x + (n * channels + c) * inner;
          for (uint64_t i = 0; i < inner; ++i) sum += term(static_cast<double>(plane[i]));
        }
        return sum;
      };
      const double m = sum_over_channel([](double value) { return value; }) / count;
      const double v = sum_over_channel([m](double value) { return (value - m) * (value - m); }) / count;
      running_mean[c] = mean[c] * static_cast<Acc>(momentum) + static_cast<Acc>(m) * static_cast<Acc>(1 - momentum);
      running_variance[c] =
          variance[c] * static_cast<Acc>(momentum) + static_cast<Acc>(v) * static_cast<Acc>(1 - momentum);
      mean[c] = static_cast<Acc>(m);
      variance[c] = static_cast<Acc>(v);
    }
    // Before version 14 the batch's own statistics follow the running ones.
    const std::span<const Acc> results[] = {running_mean, running_variance, mean, variance};
    for (uint64_t i = 0; i < 4; ++i) {
      if (!context.has_output(i + 1)) continue;
      const Tensor& like = context.input(3 + i % 2);
      Tensor& y = context.output(i + 1, like.dtype(), like.shape());
      MORTISE_TRY(dispatch(Floats{}, like.dtype(), [&]<class U>() -> Status {
        std::transform(results[i].begin(), results[i].end(), y.data<U>(),
                       [](Acc value) { return static_cast<U>(value); });
        return {};
      }));
    }
    return {};
  }
};

}  // namespace

Result<Kernel> make_batch_normalization(const NodeSpec& node) {
  const int32_t version = node.since_version();
  const BatchNormalization op{.epsilon = node.get_float("epsilon", 1e-5f),
                              .momentum = node.get_float("momentum", 0.9f),
                              .spatial = version >= 9 || node.get_int("spatial", 1) != 0,
                              .training = version >= 14 ? node.get_int("training_mode", 0) != 0 : node.has_output(1)};
  const bool f64 = node.accumulate_f64();
  return Kernel([op, f64](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    if (x.rank() == 0) return invalid_argument("a scalar has no channels to normalize");
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status { return op.template run<T, Acc>(context); });
    });
  });
}

}  // namespace mortise::reference
