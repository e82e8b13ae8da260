// Pow. The exponent may have a type of its own; the result has that of the base.
#include <cmath>

#include "providers/reference/ops/broadcast.h"
#include "providers/reference/ops/convert.h"
#include "providers/reference/ops/saturate.h"

namespace mortise::reference {
namespace {

// By squaring; wraps around. A negative exponent leaves 0 but for the bases 1 and -1.
template <class T, class E>
T integer_power(T base, E exponent) {
  if constexpr (std::is_signed_v<E>) {
    if (exponent < 0) {
      if constexpr (std::is_signed_v<T>) {
        if (base == -1) return exponent % 2 == 0 ? T{1} : static_cast<T>(-1);
      }
      return base == 1 ? T{1} : T{0};
    }
  }
  uint64_t result = 1;
  for (auto square = static_cast<uint64_t>(base); exponent != 0; exponent >>= 1, square *= square) {
    if ((exponent & 1) != 0) result *= square;
  }
  return static_cast<T>(result);
}

// A power of an integer to a real exponent.
template <class T>
T real_power(T base, double exponent) {
  return saturate<T>(std::pow(static_cast<double>(base), exponent));
}

}  // namespace

Result<Kernel> make_pow(const NodeSpec& node) {
  return Kernel([broadcast = Broadcasting::of(node)](KernelContext& context) -> Status {
    const Tensor& base = context.input(0);
    const Tensor& given = context.input(1);
    if (!contains(kNumbers, given.dtype())) return unimplemented("an exponent of type ", to_string(given.dtype()));
    const bool real = contains(kFloats, given.dtype());
    return dispatch(Numbers{}, base.dtype(), [&]<class T>() -> Status {
      // The exponents in one type: that in which the power is computed.
      const auto exponents_as = [&]<class E>(E*) -> Tensor {
        const auto count = static_cast<uint64_t>(given.num_elements());
        if (given.dtype() == dtype_of<E>) return given;
        E* const converted = context.scratch<E>(count).data();
        convert_elements(given.dtype(), given.raw(), dtype_of<E>, converted, 0, count);
        return Tensor::view(dtype_of<E>, given.shape(), converted);
      };
      if constexpr (is_float<T>) {
        const auto power = [&]<class C>(C* type) {
          return binary_elements<T, C, T>(context, broadcast, base, exponents_as(type),
                                          [](C a, C b) { return b == 2 ? a * a : std::pow(a, b); });
        };
        // A double tells odd from even up to 2^53.
        return real ? power(static_cast<Compute<T>*>(nullptr)) : power(static_cast<double*>(nullptr));
      } else if (real) {
        const Tensor exponents = exponents_as(static_cast<double*>(nullptr));
        return binary_elements<T, double, T>(context, broadcast, base, exponents,
                                             [](T a, double b) { return real_power(a, b); });
      } else {
        const auto power = [&]<class E>(E* type) {
          return binary_elements<T, E, T>(context, broadcast, base, exponents_as(type),
                                          [](T a, E b) { return integer_power(a, b); });
        };
        if (given.dtype() == DType::kU64) return power(static_cast<uint64_t*>(nullptr));
        return power(static_cast<int64_t*>(nullptr));
      }
    });
  });
}

}  // namespace mortise::reference
