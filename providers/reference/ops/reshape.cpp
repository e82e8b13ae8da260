// Reshape, Flatten, Squeeze, Unsqueeze: the same elements under another shape.
#include <cstring>

#include "providers/reference/ops/axes.h"

namespace mortise::reference {
namespace {

Status copy_as(KernelContext& context, const Shape& shape) {
  const Tensor& x = context.input(0);
  Tensor& y = context.output(0, x.dtype(), shape);
  if (x.size_bytes() != 0) std::memcpy(y.raw(), x.raw(), x.size_bytes());
  return {};
}

Result<Shape> resolve_reshape(const Shape& from, const Shape& wanted, bool allow_zero) {
  Shape to = wanted;
  std::optional<uint32_t> unknown;
  for (uint32_t i = 0; i < to.rank(); ++i) {
    if (to[i] == 0 && !allow_zero) {
      if (i >= from.rank()) {
        return invalid_argument("shape ", list_of(wanted), " has 0 at ", i, ", but data ", to_string(from),
                                " has rank ", from.rank());
      }
      to[i] = from[i];
    } else if (to[i] == -1) {
      if (unknown) return invalid_argument("shape ", list_of(wanted), " has more than one -1");
      unknown = i;
    } else if (to[i] < -1) {
      return invalid_argument("shape ", list_of(wanted), " has the extent ", to[i], " at ", i);
    }
  }
  const int64_t count = from.num_elements();
  if (unknown) {
    to[*unknown] = 1;
    const auto known = checked_num_elements(to);
    if (!known || (*known == 0 ? count != 0 || allow_zero : count % *known != 0)) {
      return invalid_argument("data ", to_string(from), " has ", count, " elements, which shape ", list_of(wanted),
                              " does not divide");
    }
    to[*unknown] = *known == 0 ? 0 : count / *known;
  }
  if (checked_num_elements(to) != count) {
    return invalid_argument("data ", to_string(from), " has ", count, " elements, which shape ", list_of(wanted),
                            " does not have");
  }
  return to;
}

}  // namespace

Result<Kernel> make_reshape(const NodeSpec& node) {
  return Kernel([shape = IntsParameter(node, "shape", 1),
                 allow_zero = node.get_int("allowzero", 0) != 0](KernelContext& context) -> Status {
    MORTISE_ASSIGN(const std::optional<Shape> wanted, shape.read(context));
    if (!wanted) return invalid_argument("shape is missing");
    MORTISE_ASSIGN(const Shape result, resolve_reshape(context.input(0).shape(), *wanted, allow_zero));
    return copy_as(context, result);
  });
}

Result<Kernel> make_flatten(const NodeSpec& node) {
  return Kernel([axis = node.get_int("axis", 1)](KernelContext& context) -> Status {
    const Shape& shape = context.input(0).shape();
    // The axis may also be the rank itself.
    if (axis == shape.rank()) return copy_as(context, {shape.num_elements(), 1});
    MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, shape.rank()));
    return copy_as(context, {shape.product(0, a), shape.product(a, shape.rank())});
  });
}

Result<Kernel> make_squeeze(const NodeSpec& node) {
  return Kernel([axes = IntsParameter(node, "axes", 1)](KernelContext& context) -> Status {
    const Shape& shape = context.input(0).shape();
    MORTISE_ASSIGN(const std::optional<Shape> given, axes.read(context));
    Shape removed;
    if (given) {
      MORTISE_ASSIGN(removed, normalise_axes(*given, shape.rank()));
    }
    Shape result;
    for (uint32_t i = 0; i < shape.rank(); ++i) {
      const bool named = std::find(removed.begin(), removed.end(), i) != removed.end();
      if (named && shape[i] != 1) {
        return invalid_argument("axis ", i, " of data ", to_string(shape), " cannot be squeezed: its extent is ",
                                shape[i]);
      }
      if (!named && (given || shape[i] != 1)) result.push_back(shape[i]);
    }
    return copy_as(context, result);
  });
}

Result<Kernel> make_unsqueeze(const NodeSpec& node) {
  return Kernel([axes = IntsParameter(node, "axes", 1)](KernelContext& context) -> Status {
    const Shape& shape = context.input(0).shape();
    MORTISE_ASSIGN(const std::optional<Shape> given, axes.read(context));
    if (!given) return invalid_argument("axes is missing");
    const uint32_t rank = shape.rank() + given->rank();
    MORTISE_ASSIGN(const Shape added, normalise_axes(*given, rank));
    Shape result;
    for (uint32_t i = 0, next = 0; i < rank; ++i) {
      const bool named = std::find(added.begin(), added.end(), i) != added.end();
      result.push_back(named ? 1 : shape[next++]);
    }
    return copy_as(context, result);
  });
}

}  // namespace mortise::reference
