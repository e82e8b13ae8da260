// Transpose, DepthToSpace, SpaceToDepth: axes in another order.
#include "providers/reference/ops/packed.h"
#include "providers/reference/ops/strided.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

// x, seen as `shape`, with its axes permuted, into a tensor of shape `result`.
Status permute(KernelContext& context, const Shape& shape, std::span<const int64_t> order, const Shape& result) {
  const Tensor& x = context.input(0);
  const Shape strides = strides_of(shape);
  Shape dims, steps;
  for (const int64_t axis : order) {
    dims.push_back(shape[static_cast<uint64_t>(axis)]);
    steps.push_back(strides[static_cast<uint64_t>(axis)]);
  }
  return dispatch_size(x.dtype(), [&]<class T>() -> Status {
    Tensor& y = context.output(0, x.dtype(), result);
    copy_strided(context, x.data<T>(), dims, steps, y.data<T>());
    return {};
  });
}

}  // namespace

Result<Kernel> make_transpose(const NodeSpec& node) {
  return unpacked([perm = Shape(node.get_ints("perm"))](KernelContext& context) -> Status {
    const Shape& shape = context.input(0).shape();
    Shape order = perm;
    if (order.empty()) {
      for (uint32_t i = shape.rank(); i-- > 0;) order.push_back(i);
    }
    if (order.rank() != shape.rank()) {
      return invalid_argument("perm has ", order.rank(), " entries but data has rank ", shape.rank());
    }
    MORTISE_ASSIGN(order, normalise_axes(order, shape.rank(), "perm"));
    Shape result;
    for (const int64_t axis : order) result.push_back(shape[static_cast<uint64_t>(axis)]);
    return permute(context, shape, order, result);
  });
}

Result<Kernel> make_depth_to_space(const NodeSpec& node) {
  const int64_t block = node.get_int("blocksize", 0);
  const bool crd = node.get_string("mode", "DCR") == "CRD";
  if (block < 1 || block > 1 << 20) return invalid_argument("blocksize must be positive, not ", block);
  return Kernel([block, crd](KernelContext& context) -> Status {
    const Shape& s = context.input(0).shape();
    if (s.rank() != 4) return invalid_argument("input ", to_string(s), " must have rank 4");
    if (s[1] % (block * block) != 0) {
      return invalid_argument("depth ", s[1], " of input ", to_string(s), " is no multiple of the square of blocksize ",
                              block);
    }
    const int64_t depth = s[1] / (block * block);
    const Shape result{s[0], depth, s[2] * block, s[3] * block};
    if (crd) return permute(context, {s[0], depth, block, block, s[2], s[3]}, Shape{0, 1, 4, 2, 5, 3}, result);
    return permute(context, {s[0], block, block, depth, s[2], s[3]}, Shape{0, 3, 4, 1, 5, 2}, result);
  });
}

Result<Kernel> make_space_to_depth(const NodeSpec& node) {
  const int64_t block = node.get_int("blocksize", 0);
  if (block < 1 || block > 1 << 20) return invalid_argument("blocksize must be positive, not ", block);
  return Kernel([block](KernelContext& context) -> Status {
    const Shape& s = context.input(0).shape();
    if (s.rank() != 4) return invalid_argument("input ", to_string(s), " must have rank 4");
    if (s[2] % block != 0 || s[3] % block != 0) {
      return invalid_argument("height ", s[2], " or width ", s[3], " is no multiple of blocksize ", block);
    }
    return permute(context, {s[0], s[1], s[2] / block, block, s[3] / block, block}, Shape{0, 3, 5, 1, 2, 4},
                   {s[0], s[1] * block * block, s[2] / block, s[3] / block});
  });
}

}  // namespace mortise::reference
