// nearly_integer(): a real result of integers, less the rounding noise that would cut it to the integer below.
#pragma once

#include <algorithm>
#include <cmath>

namespace mortise::reference {

// The integer next to the value if that is no further away than the noise of a sum whose weights add up to 1 but for
// rounding; else the value, NaN and infinities too. Beyond a million the bound stays at 1/1000, so that fractions of
// large numbers remain fractions.
inline double nearly_integer(double value) {
  const double nearest = std::nearbyint(value);
  const double bound = std::min(1e-9 * std::max(std::abs(value), 1.0), 1e-3);
  return std::abs(value - nearest) <= bound ? nearest : value;
}

}  // namespace mortise::reference
