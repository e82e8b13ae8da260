// Concat and Split: whole rows joined or parted along one axis.
#include <cmath>
#include <cstring>

#include "providers/reference/ops/axes.h"
#include "providers/reference/types.h"

namespace mortise::reference {

Result<Kernel> make_concat(const NodeSpec& node) {
  return Kernel([axis = node.get_int("axis", 1)](KernelContext& context) -> Status {
    const Tensor& first = context.input(0);
    MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, first.rank()));
    Shape result = first.shape();
    for (uint64_t i = 1; i < context.num_inputs(); ++i) {
      const Tensor& x = context.input(i);
      Shape expected = first.shape();
      if (x.rank() == expected.rank()) expected[a] = x.dim(a);
      if (x.shape() != expected || x.dtype() != first.dtype()) {
        return invalid_argument("input ", i, " (", to_string(x.dtype()), to_string(x.shape()),
                                ") cannot be joined to input 0 (", to_string(first.dtype()), to_string(first.shape()),
                                ") along axis ", a);
      }
      if (__builtin_add_overflow(result[a], x.dim(a), &result[a])) {
        return invalid_argument("input ", i, " ", to_string(x.shape()), " makes axis ", a, " of the result too long");
      }
    }
    MORTISE_TRY(check_shape(first.dtype(), result));
    return dispatch_size(first.dtype(), [&]<class T>() -> Status {
      Tensor& y = context.output(0, first.dtype(), result);
      if (result.num_elements() == 0) return {};
      const AxisSplit to = split_at(result, a);
      const int64_t row = to.extent * to.inner;
      int64_t offset = 0;
      for (uint64_t i = 0; i < context.num_inputs(); ++i) {
        const Tensor& x = context.input(i);
        const int64_t part = x.dim(a) * to.inner;
        if (part == 0) continue;
        context.parallel_for(static_cast<uint64_t>(to.outer), grain_for(part), [&](uint64_t begin, uint64_t end) {
          for (auto o = static_cast<int64_t>(begin); o < static_cast<int64_t>(end); ++o) {
            std::memcpy(y.data<T>() + o * row + offset, x.data<T>() + o * part, static_cast<size_t>(part) * sizeof(T));
          }
        });
        offset += part;
      }
      return {};
    });
  });
}

namespace {

// The extents that Split of version 1 has as numbers of the data's type.
Result<Shape> extents_in_floats(const Tensor& split) {
  if (split.rank() > 1) return invalid_argument("split must have rank 1, not ", split.rank());
  Shape extents(static_cast<uint32_t>(split.num_elements()), 0);
  MORTISE_TRY(dispatch(Floats{}, split.dtype(), [&]<class T>() -> Status {
    for (uint64_t i = 0; i < extents.size(); ++i) {
      const auto extent = static_cast<double>(split.data<T>()[i]);
      if (!(extent >= 0 && extent < 0x1p63) || extent != std::trunc(extent)) {
        return invalid_argument("split ", i, " is ", extent, ", which is no extent");
      }
      extents[i] = static_cast<int64_t>(extent);
    }
    return {};
  }));
  return extents;
}

}  // namespace

Result<Kernel> make_split(const NodeSpec& node) {
  const bool in_floats = node.since_version() == 1 && !node.has("split");
  const bool uneven = node.since_version() >= 18 || node.has("num_outputs");
  return Kernel([axis = node.get_int("axis", 0), split = IntsParameter(node, "split", 1), in_floats,
                 uneven](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, x.rank()));
    std::optional<Shape> sizes;
    if (in_floats && context.has_input(1)) {
      MORTISE_ASSIGN(sizes, extents_in_floats(context.input(1)));
    } else {
      MORTISE_ASSIGN(sizes, split.read(context));
    }
    const auto count = static_cast<int64_t>(context.num_outputs());
    if (!sizes) {
      const int64_t extent = x.dim(a);
      if (!uneven && extent % count != 0) {
        return invalid_argument("extent ", extent, " cannot be split into ", count, " equal parts");
      }
      const int64_t part = extent / count + (extent % count != 0 ? 1 : 0);
      sizes.emplace(static_cast<uint32_t>(count), 0);
      int64_t rest = extent;
      for (int64_t& size : *sizes) rest -= size = std::min(part, rest);
    }
    if (sizes->rank() != context.num_outputs()) {
      return invalid_argument("split has ", sizes->rank(), " entries but there are ", count, " outputs");
    }
    int64_t rest = x.dim(a);
    for (const int64_t size : *sizes) {
      if (size < 0 || size > rest) {
        return invalid_argument("split ", list_of(*sizes), " has the entry ", size, ", which does not fit extent ",
                                x.dim(a), " of axis ", a);
      }
      rest -= size;
    }
    if (rest != 0) {
      return invalid_argument("split ", list_of(*sizes), " does not add up to extent ", x.dim(a), " of axis ", a);
    }
    return dispatch_size(x.dtype(), [&]<class T>() -> Status {
      int64_t offset = 0;
      for (uint32_t i = 0; i < sizes->rank(); ++i) {
        Shape shape = x.shape();
        shape[a] = (*sizes)[i];
        const AxisSplit to = split_at(shape, a);
        const int64_t part = to.extent * to.inner;
        const int64_t row = x.dim(a) * to.inner;
        if (context.has_output(i)) {
          Tensor& y = context.output(i, x.dtype(), shape);
          if (y.num_elements() == 0) continue;
          context.parallel_for(static_cast<uint64_t>(to.outer), grain_for(part), [&](uint64_t begin, uint64_t end) {
            for (auto o = static_cast<int64_t>(begin); o < static_cast<int64_t>(end); ++o) {
              std::memcpy(y.data<T>() + o * part, x.data<T>() + o * row + offset,
                          static_cast<size_t>(part) * sizeof(T));
            }
          });
        }
        offset += part;
      }
      return {};
    });
  });
}

}  // namespace mortise::reference
