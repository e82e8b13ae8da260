// Minifloat: the floats of 8 bits and fewer, described by their layout, converted to and from double. Pure functions.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "mortise/sdk/dtype.h"

namespace mortise::reference {

struct Minifloat {
  int exponent_bits;
  int fraction_bits;
  int bias;
  double max;
  bool unsigned_zero;  // "UZ": no negative zero, whose code is NaN
  int infinity;        // code without sign, or -1
  int nan;             // code, or -1
};

constexpr Minifloat minifloat(DType dtype) {
  switch (dtype) {
    case DType::kF8E4M3FN:
      return {4, 3, 7, 448, false, -1, 0x7f};
    case DType::kF8E4M3FNUZ:
      return {4, 3, 8, 240, true, -1, 0x80};
    case DType::kF8E5M2:
      return {5, 2, 15, 57344, false, 0x7c, 0x7e};
    case DType::kF8E5M2FNUZ:
      return {5, 2, 16, 57344, true, -1, 0x80};
    default:
      return {2, 1, 1, 6, false, -1, -1};  // float4e2m1
  }
}

inline double decode(const Minifloat& f, unsigned code) {
  const int sign_bit = f.exponent_bits + f.fraction_bits;
  const int magnitude = static_cast<int>(code & ((1u << sign_bit) - 1));
  const bool negative = (code >> sign_bit & 1u) != 0;
  if (f.nan >= 0 && (f.unsigned_zero ? static_cast<int>(code) == f.nan : magnitude == f.nan)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  double value = 0;
  if (magnitude == f.infinity) {
    value = std::numeric_limits<double>::infinity();
  } else if (f.infinity >= 0 && magnitude > f.infinity) {
    return std::numeric_limits<double>::quiet_NaN();
  } else {
    const int exponent = magnitude >> f.fraction_bits;
    const int fraction = magnitude & ((1 << f.fraction_bits) - 1);
    value = exponent == 0 ? std::ldexp(fraction, 1 - f.bias - f.fraction_bits)
                          : std::ldexp(fraction + (1 << f.fraction_bits), exponent - f.bias - f.fraction_bits);
  }
  return negative ? -value : value;
}

// Rounds to nearest, ties to even. NaN without a code becomes -0, as in ONNX's reference. Beyond the largest number:
// that number if it saturates, otherwise infinity or NaN.
inline unsigned encode(const Minifloat& f, double value, bool saturate) {
  const unsigned sign = std::signbit(value) ? 1u << (f.exponent_bits + f.fraction_bits) : 0u;
  const int least = 1 - f.bias;  // exponent of the smallest normal number
  const double magnitude = std::fabs(value);
  const auto code_of = [&](double x) -> unsigned {
    const int exponent = x == 0 ? least : std::max(std::ilogb(x), least);
    const auto units = static_cast<int>(std::nearbyint(std::ldexp(x, f.fraction_bits - exponent)));
    // A unit too many carries into the exponent by itself; a subnormal number has exponent code 0.
    return static_cast<unsigned>(units + ((exponent - least) << f.fraction_bits));
  };
  const unsigned largest = code_of(f.max);
  if (std::isnan(value))
    return f.nan < 0         ? 1u << (f.exponent_bits + f.fraction_bits)
           : f.unsigned_zero ? static_cast<unsigned>(f.nan)
                             : sign | static_cast<unsigned>(f.nan);
  const unsigned code = magnitude > 4 * f.max ? largest + 1 : code_of(magnitude);
  if (code > largest) {
    if (saturate || f.nan < 0) return sign | largest;
    if (f.infinity >= 0) return sign | static_cast<unsigned>(f.infinity);
    return f.unsigned_zero ? static_cast<unsigned>(f.nan) : sign | static_cast<unsigned>(f.nan);
  }
  return code == 0 && f.unsigned_zero ? 0u : sign | code;
}

}  // namespace mortise::reference
