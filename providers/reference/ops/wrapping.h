// Integer arithmetic that is defined for all operands: overflow wraps around, zero divisors are found beforehand.
#pragma once

#include <algorithm>
#include <type_traits>

#include "providers/reference/kernel.h"
#include "providers/reference/types.h"

namespace mortise::reference {

// An unsigned type in which sums and products of T are computed; never promoted to a signed type.
template <class T>
using Wrapping = std::conditional_t<sizeof(T) <= 4, uint32_t, uint64_t>;

// Towards zero; the most negative number divided by -1 is itself. b is not 0.
template <class T>
T divide_wrapping(T a, T b) {
  return b == -1 ? static_cast<T>(Wrapping<T>(0) - static_cast<Wrapping<T>>(a)) : static_cast<T>(a / b);
}

// An error if an integer tensor, the divisor and input 1 of its node, has a zero; OK for any other tensor.
inline Status refuse_zeros(const Tensor& divisor) {
  if (!contains(kInts, divisor.dtype())) return {};
  return dispatch(Ints{}, divisor.dtype(), [&]<class T>() -> Status {
    const auto all = divisor.elements<T>();
    const auto zero = std::find(all.begin(), all.end(), T{0});
    if (zero == all.end()) return {};
    return invalid_argument("element ", zero - all.begin(), " of input 1 ", to_string(divisor.shape()),
                            " is 0: an integer cannot be divided by zero");
  });
}

}  // namespace mortise::reference
