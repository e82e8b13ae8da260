// Add, Sub, Mul, Div. Integers wrap around; division by the integer zero is an error.
#include <algorithm>

#include "providers/reference/ops/broadcast.h"
#include "providers/reference/ops/wrapping.h"

namespace mortise::reference {

Result<Kernel> make_add(const NodeSpec& node) {
  return same_type_binary<Numbers>(node, []<class T>(T a, T b) -> T {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(Wrapping<T>(a) + Wrapping<T>(b));
    else
      return a + b;
  });
}

Result<Kernel> make_sub(const NodeSpec& node) {
  return same_type_binary<Numbers>(node, []<class T>(T a, T b) -> T {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(Wrapping<T>(a) - Wrapping<T>(b));
    else
      return a - b;
  });
}

Result<Kernel> make_mul(const NodeSpec& node) {
  return same_type_binary<Numbers>(node, []<class T>(T a, T b) -> T {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(Wrapping<T>(a) * Wrapping<T>(b));
    else
      return a * b;
  });
}

Result<Kernel> make_div(const NodeSpec& node) {
  Kernel divide = same_type_binary<Numbers>(node, []<class T>(T a, T b) -> T {
    if constexpr (std::is_signed_v<T> && std::is_integral_v<T>)
      return divide_wrapping(a, b);
    else
      return a / b;
  });
  return Kernel([divide = std::move(divide)](KernelContext& context) -> Status {
    MORTISE_TRY(refuse_zeros(context.input(1)));
    return divide(context);
  });
}

}  // namespace mortise::reference
