// TensorScatter: a key or value cache with new entries written at each batch's own position.
#include <cstring>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/packed.h"
#include "providers/reference/types.h"

namespace mortise::reference {

Result<Kernel> make_tensor_scatter(const NodeSpec& node) {
  const std::string_view mode = node.get_string("mode", "linear");
  if (mode != "linear" && mode != "circular") return unimplemented("mode '", mode, "' is not known");
  return unpacked([axis = node.get_int("axis", -2), circular = mode == "circular"](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& update = context.input(1);
    MORTISE_ASSIGN(const uint32_t a, normalise_axis(axis, x.rank()));
    Shape expected = x.shape();
    if (update.rank() == x.rank()) expected[a] = update.dim(a);
    if (a == 0 || update.shape() != expected || update.dtype() != x.dtype() || update.dim(a) > x.dim(a)) {
      return invalid_argument("update ", to_string(update.shape()), " does not fit past_cache ", to_string(x.shape()),
                              " along axis ", a);
    }
    Shape starts(static_cast<uint32_t>(x.dim(0)), 0);
    if (context.has_input(2)) {
      MORTISE_ASSIGN(starts, ints_of(context, 2, "write_indices"));
    }
    if (starts.rank() != x.dim(0)) {
      return invalid_argument("write_indices has ", starts.rank(), " entries; past_cache ", to_string(x.shape()),
                              " needs ", x.dim(0));
    }
    const AxisSplit s = split_at(x.shape(), a);
    const int64_t count = update.dim(a);
    for (const int64_t start : starts) {
      if (start < 0 || (circular ? start >= s.extent && count != 0 : start > s.extent - count)) {
        return invalid_argument("write index ", start, " is out of range for ", count, " entries of ", s.extent);
      }
    }
    return dispatch_size(x.dtype(), [&]<class T>() -> Status {
      T* y = context.output(0, x.dtype(), x.shape()).template data<T>();
      if (x.num_elements() == 0) return {};
      std::memcpy(y, x.raw(), x.size_bytes());
      const int64_t per_batch = s.outer / x.dim(0);
      for (int64_t o = 0; o < s.outer; ++o) {
        for (int64_t i = 0; i < count; ++i) {
          const int64_t at = (starts[static_cast<uint64_t>(o / per_batch)] + i) % s.extent;
          std::copy_n(update.data<T>() + (o * count + i) * s.inner, s.inner, y + (o * s.extent + at) * s.inner);
        }
      }
      return {};
    });
  });
}

}  // namespace mortise::reference
