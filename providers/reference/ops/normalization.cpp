// InstanceNormalization, GroupNormalization, LayerNormalization, RMSNormalization, LpNormalization and
// MeanVarianceNormalization: runs of elements brought to a common scale. Statistics are carried in double where the
// oracle asks for it, else in the compute type.
#include <cmath>

#include "providers/reference/accumulator.h"
#include "providers/reference/kernel.h"
#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"

namespace mortise::reference {
namespace {

template <class Acc>
struct Statistics {
  Acc mean, inverse_deviation;
};

// Mean and 1 / sqrt(variance + epsilon) of a run; without centring, the mean is 0 and the variance that of the squares.
template <class Acc, class T>
Statistics<Acc> statistics(std::span<const T> run, float epsilon, bool centred) {
  const auto count = static_cast<Acc>(run.size());
  Acc mean = 0, squares = 0;
  if (centred) {
    for (const T value : run) mean += static_cast<Acc>(value);
    mean /= count;
  }
  for (const T value : run) squares += (static_cast<Acc>(value) - mean) * (static_cast<Acc>(value) - mean);
  return {mean, Acc{1} / std::sqrt(squares / count + static_cast<Acc>(epsilon))};
}

// Scale and bias with one number per channel; channels are gathered into groups that share their statistics, and each
// group's elements lie together.
Status normalise_groups(KernelContext& context, int64_t groups, float epsilon, bool f64) {
  const Tensor& x = context.input(0);
  if (x.rank() < 2) return invalid_argument("input ", to_string(x.shape()), " has no channels");
  const int64_t channels = x.dim(1);
  if (groups == 0) groups = channels;  // every channel for itself
  if (groups < 0 || (groups == 0) != (channels == 0) || (groups != 0 && channels % groups != 0)) {
    return invalid_argument(channels, " channels do not make ", groups, " groups");
  }
  Tensor& y = context.output(0, x.dtype(), x.shape());
  if (x.num_elements() == 0) return {};
  // GroupNormalization had one scale per group up to version 20.
  const int64_t parameters = context.input(1).num_elements();
  if ((parameters != channels && parameters != groups) || context.input(2).num_elements() != parameters) {
    return invalid_argument("scale ", to_string(context.input(1).shape()), " and bias ",
                            to_string(context.input(2).shape()), " do not fit ", channels, " channels");
  }
  const auto inner = static_cast<uint64_t>(x.shape().product(2, x.rank()));
  const auto per_group = static_cast<uint64_t>(channels / groups) * inner;
  const uint64_t per_parameter = static_cast<uint64_t>(channels) * inner / static_cast<uint64_t>(parameters);
  return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
    return with_accumulator<T>(f64, [&]<class Acc>() -> Status {
      const auto scale = context.scratch<Acc>(static_cast<uint64_t>(parameters));
      const auto bias = context.scratch<Acc>(static_cast<uint64_t>(parameters));
      MORTISE_TRY(read_floats(context.input(1), scale));
      MORTISE_TRY(read_floats(context.input(2), bias));
      const uint64_t runs = static_cast<uint64_t>(x.dim(0)) * static_cast<uint64_t>(groups);
      context.parallel_for(runs, grain_for(static_cast<int64_t>(per_group)), [&](uint64_t begin, uint64_t end) {
        for (uint64_t run = begin; run < end; ++run) {
          const std::span<const T> in(x.data<T>() + run * per_group, per_group);
          T* out = y.data<T>() + run * per_group;
          const auto [mean, factor] = statistics<Acc>(in, epsilon, true);
          for (uint64_t i = 0; i < per_group; ++i) {
            const uint64_t p = (run * per_group + i) / per_parameter % static_cast<uint64_t>(parameters);
            out[i] = static_cast<T>((static_cast<Acc>(in[i]) - mean) * factor * scale[p] + bias[p]);
          }
        }
      });
      return {};
    });
  });
}

// The step in a parameter for each axis of x, 0 where it is broadcast.
Result<Shape> parameter_steps(const Shape& parameter, const Shape& x) {
  Shape steps(x.rank(), 0);
  const Shape own = strides_of(parameter);
  bool fits = parameter.rank() <= x.rank();
  for (uint32_t i = 1; fits && i <= parameter.rank(); ++i) {
    const int64_t extent = parameter[parameter.rank() - i];
    fits = extent == 1 || extent == x[x.rank() - i];
    if (extent != 1) steps[x.rank() - i] = own[parameter.rank() - i];
  }
  if (!fits)
    return invalid_argument("a scale or bias ", to_string(parameter), " cannot be broadcast to ", to_string(x));
  return steps;
}

// T is the type of the elements, Y of the result.
template <class T, class Y, class Acc>
Status normalise_layer(KernelContext& context, uint32_t axis, float epsilon, bool centred, DType statistics_type) {
  const Tensor& x = context.input(0);
  const auto outer = static_cast<uint64_t>(x.shape().product(0, axis));
  const auto count = static_cast<uint64_t>(x.shape().product(axis, x.rank()));
  const bool biased = centred && context.has_input(2);
  std::span<Acc> parameters[2];
  Shape steps[2];
  for (uint64_t i = 0; i < (biased ? 2u : 1u); ++i) {
    MORTISE_ASSIGN(steps[i], parameter_steps(context.input(i + 1).shape(), x.shape()));
    parameters[i] = context.scratch<Acc>(static_cast<uint64_t>(context.input(i + 1).num_elements()));
    MORTISE_TRY(read_floats(context.input(i + 1), parameters[i]));
  }
  const auto element_of = [&](uint64_t which, uint64_t index) {
    int64_t offset = 0;
    for (uint32_t a = x.rank(); a-- > 0;) {
      offset += static_cast<int64_t>(index % static_cast<uint64_t>(x.dim(a))) * steps[which][a];
      index /= static_cast<uint64_t>(x.dim(a));
    }
    return parameters[which][static_cast<uint64_t>(offset)];
  };
  Tensor& y = context.output(0, dtype_of<Y>, x.shape());
  const auto means = context.scratch<Acc>(outer), factors = context.scratch<Acc>(outer);
  context.parallel_for(count == 0 ? 0 : outer, grain_for(static_cast<int64_t>(count)),
                       [&](uint64_t begin, uint64_t end) {
                         for (uint64_t run = begin; run < end; ++run) {
                           const std::span<const T> in(x.data<T>() + run * count, count);
                           const auto [mean, factor] = statistics<Acc>(in, epsilon, centred);
                           means[run] = mean;
                           factors[run] = factor;
                           for (uint64_t i = 0; i < count; ++i) {
                             const uint64_t index = run * count + i;
                             const Acc value = (static_cast<Acc>(in[i]) - mean) * factor * element_of(0, index);
                             y.data<Y>()[index] = static_cast<Y>(biased ? value + element_of(1, index) : value);
                           }
                         }
                       });
  Shape reduced = x.shape();
  for (uint32_t a = axis; a < reduced.rank(); ++a) reduced[a] = 1;
  for (uint64_t i = 0; centred && i < 2; ++i) {
    if (!context.has_output(i + 1)) continue;
    Tensor& out = context.output(i + 1, statistics_type, reduced);
    const auto& source = i == 0 ? means : factors;
    MORTISE_TRY(dispatch(Floats{}, statistics_type, [&]<class U>() -> Status {
      std::transform(source.begin(), source.end(), out.data<U>(), [](Acc value) { return static_cast<U>(value); });
      return {};
    }));
  }
  return {};
}

Result<Kernel> make_layer(const NodeSpec& node, bool centred) {
  const int64_t axis_attribute = node.get_int("axis", -1);
  const float epsilon = node.get_float("epsilon", 1e-5f);
  const auto statistics_type = static_cast<DType>(node.get_int("stash_type", 1));
  if (!contains(kFloats, is_known(statistics_type) ? statistics_type : DType::kUndefined)) {
    return unimplemented("stash_type ", static_cast<int32_t>(statistics_type), " is no floating point type");
  }
  const bool f64 = node.accumulate_f64();
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const uint32_t axis, normalise_axis(axis_attribute, x.rank()));
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status {
        const auto normalise = [&]<class Y>() -> Status {
          return normalise_layer<T, Y, Acc>(context, axis, epsilon, centred, statistics_type);
        };
        // The result of RMSNormalization has the scale's type, which may be another than that of the elements.
        return centred ? normalise.template operator()<T>() : dispatch(Floats{}, context.input(1).dtype(), normalise);
      });
    });
  });
}

}  // namespace

Result<Kernel> make_instance_normalization(const NodeSpec& node) {
  return Kernel([epsilon = node.get_float("epsilon", 1e-5f), f64 = node.accumulate_f64()](KernelContext& context) {
    return normalise_groups(context, 0, epsilon, f64);
  });
}

Result<Kernel> make_group_normalization(const NodeSpec& node) {
  const int64_t groups = node.get_int("num_groups", 0);
  if (groups < 1) return invalid_argument("attribute num_groups is ", groups, "; at least one group is needed");
  return Kernel([=, epsilon = node.get_float("epsilon", 1e-5f), f64 = node.accumulate_f64()](KernelContext& context) {
    return normalise_groups(context, groups, epsilon, f64);
  });
}

Result<Kernel> make_layer_normalization(const NodeSpec& node) { return make_layer(node, true); }
Result<Kernel> make_rms_normalization(const NodeSpec& node) { return make_layer(node, false); }

Result<Kernel> make_lp_normalization(const NodeSpec& node) {
  const int64_t axis_attribute = node.get_int("axis", -1), p = node.get_int("p", 2);
  if (p != 1 && p != 2) return invalid_argument("attribute p is ", p, "; norms of order 1 and 2 are known");
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const uint32_t axis, normalise_axis(axis_attribute, x.rank()));
    const AxisSplit split = split_at(x.shape(), axis);
    Tensor& y = context.output(0, x.dtype(), x.shape());
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      const auto lines = static_cast<uint64_t>(split.outer * split.inner);
      context.parallel_for(lines, grain_for(split.extent), [&](uint64_t begin, uint64_t end) {
        for (uint64_t line = begin; line < end; ++line) {
          const int64_t l = static_cast<int64_t>(line);
          const int64_t offset = l / split.inner * split.extent * split.inner + l % split.inner;
          double norm = 0;
          for (int64_t i = 0; i < split.extent; ++i) {
            const auto value = static_cast<double>(x.data<T>()[offset + i * split.inner]);
            norm += p == 1 ? std::abs(value) : value * value;
          }
          if (p == 2) norm = std::sqrt(norm);
          for (int64_t i = 0; i < split.extent; ++i) {
            const auto value = static_cast<double>(x.data<T>()[offset + i * split.inner]);
            y.data<T>()[offset + i * split.inner] = static_cast<T>(norm == 0 ? 0.0 : value / norm);
          }
        }
      });
      return {};
    });
  });
}

Result<Kernel> make_mean_variance_normalization(const NodeSpec& node) {
  const Shape listed = node.has("axes") ? Shape(node.get_ints("axes")) : Shape{0, 2, 3};
  return Kernel([listed](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const Shape axes, normalise_axes(listed, x.rank()));
    // Elements that differ only along `axes` share the run whose number these steps add up to.
    Shape steps(x.rank(), 0);
    int64_t runs = 1;
    for (uint32_t axis = x.rank(); axis-- > 0;) {
      if (std::find(axes.begin(), axes.end(), axis) != axes.end()) continue;
      steps[axis] = runs;
      runs *= x.dim(axis);
    }
    const std::span<double> values = read_doubles(context, x);
    const auto run_of = [&](uint64_t index) {
      int64_t run = 0;
      for (uint32_t axis = x.rank(); axis-- > 0;) {
        run += static_cast<int64_t>(index % static_cast<uint64_t>(x.dim(axis))) * steps[axis];
        index /= static_cast<uint64_t>(x.dim(axis));
      }
      return static_cast<uint64_t>(run);
    };
    Tensor& y = context.output(0, x.dtype(), x.shape());
    if (values.empty()) return {};
    const auto means = context.scratch<double>(static_cast<uint64_t>(runs)),
               squares = context.scratch<double>(static_cast<uint64_t>(runs));
    std::fill(means.begin(), means.end(), 0.0);
    std::fill(squares.begin(), squares.end(), 0.0);
    const double count = static_cast<double>(values.size()) / static_cast<double>(runs);
    for (uint64_t i = 0; i < values.size(); ++i) means[run_of(i)] += values[i] / count;
    for (uint64_t i = 0; i < values.size(); ++i) {
      values[i] -= means[run_of(i)];
      squares[run_of(i)] += values[i] * values[i] / count;
    }
    for (uint64_t i = 0; i < values.size(); ++i) values[i] /= std::sqrt(squares[run_of(i)]) + 1e-9;
    write_doubles(context, values, y);
    return {};
  });
}

}  // namespace mortise::reference
