// Identity: any value, unchanged.
#include <cstring>

#include "providers/reference/kernel.h"

namespace mortise::reference {

Result<Kernel> make_identity(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    if (context.kind(0) != ValueKind::kTensor) {
      context.set_output(0, context.shared_input(0));
      return {};
    }
    const Tensor& x = context.input(0);
    Tensor& y = context.output(0, x.dtype(), x.shape());
    if (x.size_bytes() != 0) std::memcpy(y.raw(), x.raw(), x.size_bytes());
    return {};
  });
}

}  // namespace mortise::reference
