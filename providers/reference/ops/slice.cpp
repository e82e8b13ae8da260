// Slice: a box of elements with steps, as numpy cuts it.
#include "providers/reference/ops/strided.h"
#include "providers/reference/types.h"

namespace mortise::reference {

Result<Kernel> make_slice(const NodeSpec& node) {
  return Kernel([starts = IntsParameter(node, "starts", 1), ends = IntsParameter(node, "ends", 2),
                 axes = IntsParameter(node, "axes", 3),
                 steps = IntsParameter(node, "steps", 4)](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const std::optional<Shape> begin, starts.read(context));
    MORTISE_ASSIGN(const std::optional<Shape> end, ends.read(context));
    MORTISE_ASSIGN(std::optional<Shape> axis, axes.read(context));
    MORTISE_ASSIGN(const std::optional<Shape> step, steps.read(context));
    if (!begin || !end) return invalid_argument("starts or ends is missing");
    if (!axis) {
      axis.emplace();
      for (uint32_t i = 0; i < begin->rank(); ++i) axis->push_back(i);
    }
    MORTISE_ASSIGN(const Shape cut_axes, normalise_axes(*axis, x.rank()));
    if (end->rank() != begin->rank() || cut_axes.rank() != begin->rank() || (step && step->rank() != begin->rank())) {
      return invalid_argument("starts, ends, axes and steps have ", begin->rank(), ", ", end->rank(), ", ",
                              cut_axes.rank(), " and ", step ? step->rank() : begin->rank(),
                              " entries; they must be equally long");
    }
    Shape result = x.shape();
    Shape strides = strides_of(result);
    int64_t offset = 0;
    for (uint32_t i = 0; i < cut_axes.rank(); ++i) {
      const auto a = static_cast<uint64_t>(cut_axes[i]);
      const int64_t by = step ? (*step)[i] : 1;
      if (by == 0) return invalid_argument("steps ", list_of(*step), " has a 0 at ", i, "; a step must not be 0");
      const sdk::SliceRange cut = sdk::slice_axis(x.shape()[a], (*begin)[i], (*end)[i], by);
      result[a] = cut.count;
      offset += cut.start * strides[a];
      strides[a] *= cut.step;
    }
    return dispatch_size(x.dtype(), [&]<class T>() -> Status {
      Tensor& y = context.output(0, x.dtype(), result);
      if (result.num_elements() != 0) copy_strided(context, x.data<T>() + offset, result, strides, y.data<T>());
      return {};
    });
  });
}

}  // namespace mortise::reference
