// Compress, NonZero, OneHot, ReverseSequence, Trilu: elements picked or placed by position.
#include <cmath>

#include "providers/reference/ops/axes.h"
#include "providers/reference/types.h"

namespace mortise::reference {

Result<Kernel> make_compress(const NodeSpec& node) {
  return Kernel([flat = !node.has("axis"), axis = node.get_int("axis", 0)](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& condition = context.input(1);
    if (condition.dtype() != DType::kBool || condition.rank() != 1) {
      return invalid_argument("condition is ", form_of(condition), "; it must be a list of bool");
    }
    AxisSplit s{1, x.num_elements(), 1};
    Shape result{0};
    uint32_t a = 0;
    if (!flat) {
      MORTISE_ASSIGN(a, normalise_axis(axis, x.rank()));
      s = split_at(x.shape(), a);
      result = x.shape();
    }
    const int64_t given = condition.num_elements();
    if (given > s.extent) {
      return invalid_argument("condition has ", given, " entries for the ", s.extent, " of input ",
                              to_string(x.shape()));
    }
    const bool* taken = condition.data<bool>();
    const int64_t count = std::count(taken, taken + given, true);
    result[a] = count;
    return dispatch_size(x.dtype(), [&]<class T>() -> Status {
      T* y = context.output(0, x.dtype(), result).template data<T>();
      for (int64_t o = 0; o < s.outer && s.inner != 0; ++o) {
        for (int64_t i = 0; i < given; ++i) {
          if (taken[i]) y = std::copy_n(x.data<T>() + (o * s.extent + i) * s.inner, s.inner, y);
        }
      }
      return {};
    });
  });
}

Result<Kernel> make_non_zero(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    return dispatch(Join<NumbersAndBool, NoNumbers>{}, x.dtype(), [&]<class T>() -> Status {
      const std::span<const T> all = x.elements<T>();
      const auto is_set = [](const T& v) {
        if constexpr (std::is_same_v<T, mortise_string_t>) {
          return v.size != 0;
        } else {
          return v != static_cast<T>(0);
        }
      };
      const int64_t count = std::count_if(all.begin(), all.end(), is_set);
      Tensor& y = context.output(0, DType::kI64, {x.rank(), count});
      int64_t at = 0;
      for (uint64_t i = 0; i < all.size(); ++i) {
        if (!is_set(all[i])) continue;
        auto rest = static_cast<int64_t>(i);
        for (uint32_t d = x.rank(); d-- > 0; rest /= x.dim(d)) y.data<int64_t>()[d * count + at] = rest % x.dim(d);
        ++at;
      }
      return {};
    });
  });
}

Result<Kernel> make_one_hot(const NodeSpec& node) {
  return Kernel([axis = node.get_int("axis", -1), since = node.since_version()](KernelContext& context) -> Status {
    const Tensor& indices = context.input(0);
    const Tensor& depth_input = context.input(1);
    const Tensor& values = context.input(2);
    if (depth_input.num_elements() != 1) {
      return invalid_argument("depth is ", form_of(depth_input), "; it must have one element");
    }
    if (values.num_elements() != 2) {
      return invalid_argument("values is ", form_of(values), "; it must have two elements");
    }
    // Depth and indices count as integers, cut towards zero.
    const auto number = [](const Tensor& t, int64_t i, double& out) {
      return dispatch(Numbers{}, t.dtype(), [&]<class T>() -> Status {
        out = std::trunc(static_cast<double>(t.data<T>()[i]));
        return {};
      });
    };
    double wide = 0;
    MORTISE_TRY(number(depth_input, 0, wide));
    if (!(wide >= 0 && wide < 1e15)) return invalid_argument("depth is ", wide, ", which is out of range");
    const auto depth = static_cast<int64_t>(wide);
    MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, indices.rank() + 1));
    Shape result = indices.shape();
    result.insert(a, depth);
    MORTISE_TRY(check_shape(values.dtype(), result));
    return dispatch_size(values.dtype(), [&]<class T>() -> Status {
      const std::span<T> y = context.output(0, values.dtype(), result).template elements<T>();
      const T off = values.data<T>()[0], on = values.data<T>()[1];
      std::fill(y.begin(), y.end(), off);
      if (y.empty()) return {};
      const int64_t inner = indices.shape().product(a, indices.rank());
      for (int64_t i = 0; i < indices.num_elements(); ++i) {
        double index = 0;
        MORTISE_TRY(number(indices, i, index));
        if (index < 0 && since >= 11) index += wide;  // before, they are out of range
        if (!(index >= 0 && index < wide)) continue;
        y[static_cast<uint64_t>((i / inner * depth + static_cast<int64_t>(index)) * inner + i % inner)] = on;
      }
      return {};
    });
  });
}

Result<Kernel> make_reverse_sequence(const NodeSpec& node) {
  const int64_t batch = node.get_int("batch_axis", 1), time = node.get_int("time_axis", 0);
  if (batch + time != 1 || batch * time != 0) {
    return invalid_argument("attributes batch_axis and time_axis are ", batch, " and ", time, "; they must be 0 and 1");
  }
  return Kernel([time](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    if (x.rank() < 2) return invalid_argument("input must have rank 2 at least, not ", x.rank());
    MORTISE_ASSIGN(const Shape lengths, ints_of(context, 1, "sequence_lens"));
    const int64_t times = x.dim(static_cast<uint32_t>(time)), batches = x.dim(static_cast<uint32_t>(1 - time));
    if (lengths.rank() != batches) {
      return invalid_argument("sequence_lens has ", lengths.rank(), " entries for ", batches, " batches of input ",
                              to_string(x.shape()));
    }
    for (const int64_t length : lengths) {
      if (length >= 0 && length <= times) continue;
      return invalid_argument("sequence_lens has ", length, ", which does not fit the ", times, " times of input ",
                              to_string(x.shape()));
    }
    const int64_t inner = x.shape().product(2, x.rank());
    return dispatch_size(x.dtype(), [&]<class T>() -> Status {
      T* y = context.output(0, x.dtype(), x.shape()).template data<T>();
      if (x.num_elements() == 0) return {};
      const auto at = [&](int64_t b, int64_t t) { return (time == 0 ? t * batches + b : b * times + t) * inner; };
      for (int64_t b = 0; b < batches; ++b) {
        const int64_t length = lengths[static_cast<uint64_t>(b)];
        for (int64_t t = 0; t < times; ++t) {
          std::copy_n(x.data<T>() + at(b, t < length ? length - 1 - t : t), inner, y + at(b, t));
        }
      }
      return {};
    });
  });
}

Result<Kernel> make_trilu(const NodeSpec& node) {
  return Kernel([upper = node.get_int("upper", 1) != 0](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    if (x.rank() < 2) return invalid_argument("input must have rank 2 at least, not ", x.rank());
    int64_t k = 0;
    if (context.has_input(1)) {
      MORTISE_ASSIGN(k, int_of(context, 1, "k"));
    }
    const int64_t rows = x.dim(x.rank() - 2), columns = x.shape().back();
    k = std::clamp<int64_t>(k, -rows - 1, columns + 1);
    return dispatch_size(x.dtype(), [&]<class T>() -> Status {
      T* y = context.output(0, x.dtype(), x.shape()).template data<T>();
      if (x.num_elements() == 0) return {};
      const auto all = static_cast<uint64_t>(x.num_elements() / columns);
      context.parallel_for(all, grain_for(columns), [&](uint64_t begin, uint64_t end) {
        for (auto r = static_cast<int64_t>(begin); r < static_cast<int64_t>(end); ++r) {
          // The diagonal belongs to both triangles.
          const int64_t cut = std::clamp<int64_t>(r % rows + k + (upper ? 0 : 1), 0, columns);
          const T* from = x.data<T>() + r * columns;
          T* to = y + r * columns;
          for (int64_t c = 0; c < columns; ++c) to[c] = (c >= cut) == upper ? from[c] : T{};
        }
      });
      return {};
    });
  });
}

}  // namespace mortise::reference
