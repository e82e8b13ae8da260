// Shape, Size, ConstantOfShape, EyeLike, Range: tensors made from shapes and numbers.
#include <cmath>
#include <cstring>
#include <limits>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/packed.h"
#include "providers/reference/types.h"

namespace mortise::reference {

Result<Kernel> make_shape(const NodeSpec& node) {
  return Kernel([start = node.get_int("start", 0),
                 end = node.get_int("end", std::numeric_limits<int64_t>::max())](KernelContext& context) -> Status {
    const Shape& shape = context.input(0).shape();
    const int64_t rank = shape.rank();
    const int64_t first = std::clamp<int64_t>(start < 0 ? start + rank : start, 0, rank);
    const int64_t last = std::clamp<int64_t>(end < 0 ? end + rank : end, first, rank);
    Tensor& y = context.output(0, DType::kI64, {last - first});
    std::copy(shape.begin() + first, shape.begin() + last, y.data<int64_t>());
    return {};
  });
}

Result<Kernel> make_size(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    *context.output(0, DType::kI64, {}).data<int64_t>() = context.input(0).num_elements();
    return {};
  });
}

Result<Kernel> make_constant_of_shape(const NodeSpec& node) {
  const mortise_tensor_t* value = node.get_tensor("value");
  Tensor fill = Tensor::of<float>({1}, {0.0f});
  if (value != nullptr) {
    const Tensor given = Tensor::view(*value);
    if (given.num_elements() != 1) return invalid_argument("value must have one element, not ", given.num_elements());
    if (given.dtype() == DType::kString) return unimplemented("value must not be a string");
    MORTISE_ASSIGN(fill, Tensor::allocate(given.dtype(), {1}));
    std::memcpy(fill.raw(), given.raw(), fill.size_bytes());
  }
  return Kernel([fill = std::move(fill)](KernelContext& context) -> Status {
    MORTISE_ASSIGN(const Shape shape, ints_of(context, 0, "input"));
    MORTISE_TRY(check_shape(fill.dtype(), shape));
    if (info(fill.dtype()).bits < 8) {
      fill_packed(context.output(0, fill.dtype(), shape), fill);
      return {};
    }
    return dispatch_size(fill.dtype(), [&]<class T>() -> Status {
      const std::span<T> y = context.output(0, fill.dtype(), shape).template elements<T>();
      std::fill(y.begin(), y.end(), *fill.data<T>());
      return {};
    });
  });
}

Result<Kernel> make_eye_like(const NodeSpec& node) {
  const auto wanted = static_cast<DType>(node.get_int("dtype", 0));
  return Kernel([wanted, k = node.get_int("k", 0)](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    if (x.rank() != 2) return invalid_argument("input must have rank 2, not ", x.rank());
    return dispatch(NumbersAndBool{}, wanted == DType::kUndefined ? x.dtype() : wanted, [&]<class T>() -> Status {
      const std::span<T> y = context.output(0, dtype_of<T>, x.shape()).template elements<T>();
      std::fill(y.begin(), y.end(), static_cast<T>(0));
      if (k > x.dim(1) || k < -x.dim(0)) return {};
      for (int64_t row = std::max<int64_t>(0, -k); row < x.dim(0) && row + k < x.dim(1); ++row) {
        y[static_cast<uint64_t>(row * x.dim(1) + row + k)] = static_cast<T>(1);
      }
      return {};
    });
  });
}

namespace {

// How many numbers there are from `first` in steps of `delta` before `limit`: exact for integers.
template <class C>
double range_length(C first, C limit, C delta) {
  if constexpr (std::is_integral_v<C>) {
    if (delta > 0 ? first >= limit : first <= limit) return 0;
    const auto from = static_cast<uint64_t>(first), to = static_cast<uint64_t>(limit);
    const auto step = static_cast<uint64_t>(delta);
    const uint64_t steps = delta > 0 ? (to - from - 1) / step : (from - to - 1) / (0 - step);
    return static_cast<double>(steps) + 1;
  } else {
    return std::ceil((static_cast<double>(limit) - static_cast<double>(first)) / static_cast<double>(delta));
  }
}

}  // namespace

Result<Kernel> make_range(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const Tensor& start = context.input(0);
    for (uint64_t i = 0; i < 3; ++i) {
      if (context.input(i).num_elements() != 1 || context.input(i).dtype() != start.dtype()) {
        return invalid_argument("start is ", form_of(start), ", limit ", form_of(context.input(1)), " and delta ",
                                form_of(context.input(2)), "; they must be scalars of one type");
      }
    }
    return dispatch(Numbers{}, start.dtype(), [&]<class T>() -> Status {
      using C = Compute<T>;
      const C first = *start.data<T>(), limit = *context.input(1).data<T>(), delta = *context.input(2).data<T>();
      if (delta == C{0}) return invalid_argument("delta is 0; a range needs another step");
      const double steps = range_length(first, limit, delta);
      if (!(steps < 1e15)) {
        return invalid_argument("start ", +first, ", limit ", +limit, " and delta ", +delta, " give ", steps,
                                " elements, which no tensor can have");
      }
      const auto count = static_cast<int64_t>(std::max(0.0, steps));
      MORTISE_TRY(check_shape(start.dtype(), {count}));
      T* y = context.output(0, start.dtype(), {count}).template data<T>();
      for (int64_t i = 0; i < count; ++i) {
        if constexpr (is_float<T>) y[i] = static_cast<T>(first + static_cast<C>(i) * delta);
        if constexpr (!is_float<T>) {
          y[i] = static_cast<T>(static_cast<uint64_t>(first) + static_cast<uint64_t>(i) * static_cast<uint64_t>(delta));
        }
      }
      return {};
    });
  });
}

}  // namespace mortise::reference
