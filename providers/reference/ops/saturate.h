// saturate(): a real result of integers, as an element of their type.
#pragma once

#include <limits>
#include <type_traits>

namespace mortise::reference {

// Towards zero and held within T where that is an integer; NaN is 0. A conversion of its own for other types.
template <class T, class F>
T saturate(F value) {
  if constexpr (std::is_integral_v<T>) {
    if (value != value) return 0;
    if (value >= static_cast<F>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
    if (value <= static_cast<F>(std::numeric_limits<T>::lowest())) return std::numeric_limits<T>::lowest();
  }
  return static_cast<T>(value);
}

}  // namespace mortise::reference
