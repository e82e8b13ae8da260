// Which of two numbers a maximum or a minimum keeps: once for all operators that choose, so that NaN wins in each of
// them, wherever it stands, as in numpy. Pure functions.
#pragma once

#include <cmath>

#include "providers/reference/types.h"

namespace mortise::reference {

template <class T>
bool is_nan(T x) {
  if constexpr (is_float<T>) {
    return std::isnan(static_cast<Compute<T>>(x));
  } else {
    return false;
  }
}

// Orders of all numbers: NaN is above every other in the first, and below every other in the second.
template <class T>
bool is_above(T x, T y) {
  return x > y || (is_nan(x) && !is_nan(y));
}
template <class T>
bool is_below(T x, T y) {
  return x < y || (is_nan(x) && !is_nan(y));
}

}  // namespace mortise::reference
