// Expand and Tile: elements repeated along axes.
#include "providers/reference/ops/strided.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

Status tile(KernelContext& context, const Shape& repeats) {
  const Tensor& x = context.input(0);
  if (repeats.rank() != x.rank()) {
    return invalid_argument("repeats has ", repeats.rank(), " entries but input has rank ", x.rank());
  }
  const Shape strides = strides_of(x.shape());
  // Each axis becomes two: the repetition, which does not move in the input, and the axis itself.
  Shape result, dims, steps;
  for (uint32_t i = 0; i < x.rank(); ++i) {
    if (repeats[i] < 0) {
      return invalid_argument("repeats ", list_of(repeats), " has the negative entry ", repeats[i]);
    }
    if (!checked_num_elements(Shape{repeats[i], x.dim(i)})) {
      return invalid_argument("repeats ", repeats[i], " makes axis ", i, " too large");
    }
    result.push_back(repeats[i] * x.dim(i));
    dims.push_back(repeats[i]);
    dims.push_back(x.dim(i));
    steps.push_back(0);
    steps.push_back(strides[i]);
  }
  MORTISE_TRY(check_shape(x.dtype(), result));
  return dispatch_size(x.dtype(), [&]<class T>() -> Status {
    Tensor& y = context.output(0, x.dtype(), result);
    copy_strided(context, x.data<T>(), dims, steps, y.data<T>());
    return {};
  });
}

}  // namespace

Result<Kernel> make_expand(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(Shape result, ints_of(context, 1, "shape"));
    if (result.rank() > kMaxRank) return check_shape(x.dtype(), result);
    while (result.rank() < x.rank()) result.insert(0, 1);
    const Shape strides = strides_of(x.shape());
    Shape steps(result.rank(), 0);
    const uint32_t missing = result.rank() - x.rank();
    for (uint32_t i = missing; i < result.rank(); ++i) {
      const int64_t have = x.dim(i - missing);
      if (have == result[i] || result[i] == 1) {
        result[i] = have;
        steps[i] = strides[i - missing];
      } else if (have != 1) {
        return invalid_argument("shape asks for extent ", result[i], " at axis ", i, " where input ",
                                to_string(x.shape()), " has ", have);
      }
    }
    MORTISE_TRY(check_shape(x.dtype(), result));
    return dispatch_size(x.dtype(), [&]<class T>() -> Status {
      Tensor& y = context.output(0, x.dtype(), result);
      copy_strided(context, x.data<T>(), result, steps, y.data<T>());
      return {};
    });
  });
}

Result<Kernel> make_tile(const NodeSpec& node) {
  if (node.since_version() >= 6) {
    return Kernel([](KernelContext& context) -> Status {
      MORTISE_ASSIGN(const Shape repeats, ints_of(context, 1, "repeats"));
      return tile(context, repeats);
    });
  }
  // Version 1: one axis, and both numbers have the type of the input.
  return Kernel([](KernelContext& context) -> Status {
    auto scalar = [&](uint64_t i, std::string_view name) -> Result<int64_t> {
      const Tensor& t = context.input(i);
      if (t.num_elements() != 1) return invalid_argument(name, " must have one element, not ", t.num_elements());
      int64_t value = 0;
      MORTISE_TRY(dispatch(Numbers{}, t.dtype(), [&]<class T>() -> Status {
        const auto d = static_cast<double>(*t.data<T>());
        if (!(d >= -1e15 && d <= 1e15)) return invalid_argument(name, " is ", d, ", which is out of range");
        value = static_cast<int64_t>(d);
        return {};
      }));
      return value;
    };
    MORTISE_ASSIGN(const int64_t tiles, scalar(1, "tiles"));
    MORTISE_ASSIGN(const int64_t axis, scalar(2, "axis"));
    MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, context.input(0).rank()));
    Shape repeats(context.input(0).rank(), 1);
    repeats[a] = tiles;
    return tile(context, repeats);
  });
}

}  // namespace mortise::reference
