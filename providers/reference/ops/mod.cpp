// Mod: the remainder, with the sign of the divisor, or (fmod = 1) with that of the dividend.
#include <cmath>

#include "providers/reference/ops/broadcast.h"
#include "providers/reference/ops/wrapping.h"

namespace mortise::reference {
namespace {

template <class T>
T remainder(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    if constexpr (std::is_signed_v<T>) {
      if (b == -1) return 0;
    }
    return static_cast<T>(a % b);
  } else {
    return std::fmod(a, b);
  }
}

}  // namespace

Result<Kernel> make_mod(const NodeSpec& node) {
  const bool of_dividend = node.get_int("fmod", 0) != 0;
  const DType dtype = node.input_dtype(0);
  if (!of_dividend && contains(kFloats, dtype)) {
    return invalid_argument("attribute fmod is 0 for ", to_string(dtype), "; it must be 1 for floating-point numbers");
  }
  Kernel compute = same_type_binary<Numbers>(node, [of_dividend]<class T>(T a, T b) -> T {
    const T r = remainder(a, b);
    return of_dividend || r == 0 || (r < 0) == (b < 0) ? r : static_cast<T>(r + b);
  });
  return Kernel([compute = std::move(compute)](KernelContext& context) -> Status {
    MORTISE_TRY(refuse_zeros(context.input(1)));
    return compute(context);
  });
}

}  // namespace mortise::reference
