// Binarizer: 1 above a threshold, 0 elsewhere, NaN included.
#include "providers/reference/ops/unary.h"

namespace mortise::reference {

Result<Kernel> make_binarizer(const NodeSpec& node) {
  return Kernel([threshold = static_cast<double>(node.get_float("threshold", 0))](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    return dispatch(Features{}, x.dtype(), [&]<class T>() -> Status {
      return map_elements<T, T>(context, x, [=](T v) { return static_cast<double>(v) > threshold ? T{1} : T{0}; });
    });
  });
}

}  // namespace mortise::reference
