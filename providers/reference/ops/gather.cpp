// Gather, GatherElements, GatherND: elements and blocks chosen by index.
//
// Every index is checked before an element is moved.
#include <cstring>

#include "providers/reference/ops/indices.h"
#include "providers/reference/ops/strided.h"
#include "providers/reference/types.h"

namespace mortise::reference {

Result<Kernel> make_gather(const NodeSpec& node) {
  return Kernel([axis = node.get_int("axis", 0)](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, x.rank()));
    MORTISE_ASSIGN(const auto indices, checked_indices(context, context.input(1), x.dim(a)));
    Shape result(std::span<const int64_t>(x.shape()).first(a));
    for (const int64_t extent : context.input(1).shape()) result.push_back(extent);
    for (uint32_t i = a + 1; i < x.rank(); ++i) result.push_back(x.dim(i));
    MORTISE_TRY(check_shape(x.dtype(), result));
    return dispatch_size(x.dtype(), [&]<class T>() -> Status {
      Tensor& y = context.output(0, x.dtype(), result);
      if (result.num_elements() == 0) return {};
      const AxisSplit from = split_at(x.shape(), a);
      const uint64_t blocks = static_cast<uint64_t>(from.outer) * indices.size();
      context.parallel_for(blocks, grain_for(from.inner), [&](uint64_t begin, uint64_t end) {
        for (uint64_t b = begin; b < end; ++b) {
          const auto outer = static_cast<int64_t>(b / indices.size());
          const T* source = x.data<T>() + (outer * from.extent + indices[b % indices.size()]) * from.inner;
          std::copy_n(source, from.inner, y.data<T>() + static_cast<int64_t>(b) * from.inner);
        }
      });
      return {};
    });
  });
}

Result<Kernel> make_gather_elements(const NodeSpec& node) {
  return Kernel([axis = node.get_int("axis", 0)](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Shape& shape = context.input(1).shape();
    MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, x.rank()));
    MORTISE_ASSIGN(const auto indices, checked_indices(context, context.input(1), x.dim(a)));
    MORTISE_TRY(check_fits(shape, x.shape(), a));
    return dispatch_size(x.dtype(), [&]<class T>() -> Status {
      T* y = context.output(0, x.dtype(), shape).template data<T>();
      for_each_element(context, shape, x.shape(), a, indices, [&](int64_t i, int64_t at) { y[i] = x.data<T>()[at]; });
      return {};
    });
  });
}

Result<Kernel> make_gather_nd(const NodeSpec& node) {
  return Kernel([batch_dims = node.get_int("batch_dims", 0)](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& indices = context.input(1);
    if (batch_dims < 0 || batch_dims >= indices.rank() || batch_dims > x.rank()) {
      return invalid_argument("batch_dims ", batch_dims, " does not fit data and indices of ranks ", x.rank(), " and ",
                              indices.rank());
    }
    const auto b = static_cast<uint32_t>(batch_dims);
    for (uint32_t i = 0; i < b; ++i) {
      if (x.dim(i) == indices.dim(i)) continue;
      return invalid_argument("data ", to_string(x.shape()), " and indices ", to_string(indices.shape()),
                              " differ in batch axis ", i);
    }
    MORTISE_ASSIGN(const Blocks blocks, blocks_of(context, x.shape(), indices, b));
    Shape result(std::span<const int64_t>(indices.shape()).first(indices.rank() - 1));
    for (uint32_t i = b + static_cast<uint32_t>(indices.shape().back()); i < x.rank(); ++i) result.push_back(x.dim(i));
    MORTISE_TRY(check_shape(x.dtype(), result));
    return dispatch_size(x.dtype(), [&]<class T>() -> Status {
      Tensor& y = context.output(0, x.dtype(), result);
      if (result.num_elements() == 0) return {};
      context.parallel_for(blocks.offsets.size(), grain_for(blocks.length), [&](uint64_t begin, uint64_t end) {
        for (uint64_t i = begin; i < end; ++i) {
          std::copy_n(x.data<T>() + blocks.offsets[i], blocks.length,
                      y.data<T>() + static_cast<int64_t>(i) * blocks.length);
        }
      });
      return {};
    });
  });
}

}  // namespace mortise::reference
