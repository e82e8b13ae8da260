// SPDX-License-Identifier: Apache-2.0
//
// Functions of float32 that GLSL lacks, or that Vulkan lets drivers compute too coarsely: sines may be off by 2^-11 and
// are not defined beyond pi, logarithms by 2^-21 around 1, arc tangents by 2^-12, exponentials by 3 + 2 |x| units in the
// last place. What is left to the driver is log, pow, sqrt and division.

const float kLn2 = 0.6931471805599453;
const float kHalfPi = 1.5707963267948966;

float infinity() { return uintBitsToFloat(0x7f800000u); }
float nan() { return uintBitsToFloat(0x7fc00000u); }
bool is_infinite(float x) { return (F(x) & 0x7fffffffu) == 0x7f800000u; }

// e^x = 2^power (1 + rest), where power is whole and rest from 2^-0.5 - 1 to 2^0.5 - 1. x is at most a few hundred.
struct Exponential {
  int power;
  float rest;
};

// ln 2 is taken off in two parts (Cody and Waite), the first so short that its multiples are exact. For e^r - 1 Taylor's
// series up to an error of 5e-9.
Exponential exponential_of(float x) {
  float power = floor(x * 1.4426950408889634 + 0.5);
  float r = (x - power * 0.693359375) + power * 2.1219444005469058e-4;
  float tail = 0.5 + r * (0.16666667 + r * (0.041666667 + r * (0.0083333333 + r * (0.0013888889 + r * 0.00019841270))));
  return Exponential(int(power), r + r * r * tail);
}

// 2^power, which is a normal number.
float power_of_two(int power) { return uintBitsToFloat(uint(power + 127) << 23); }

// e^x 2^shift, for a shift of 0 or -1: what is too large only before it is halved is not infinite.
float shifted_exponential(float x, int shift) {
  if (is_nan(F(x))) return x;
  if (x > 90.0) return infinity();
  if (x < -110.0) return 0.0;
  Exponential e = exponential_of(x);
  int power = e.power + shift, half_power = power / 2;
  return (1.0 + e.rest) * power_of_two(half_power) * power_of_two(power - half_power);
}

float exponential(float x) { return shifted_exponential(x, 0); }

float exp_m1(float x) {
  if (x < -20.0) return -1.0;
  if (!(x < 20.0)) return exponential(x);
  Exponential e = exponential_of(x);
  return power_of_two(e.power) * (e.rest + (1.0 - power_of_two(-e.power)));
}

float sigmoid(float x) { return 1.0 / (1.0 + exponential(-x)); }

// log(1 + x), near 0 as 2 atanh(x / (2 + x)), whose series ends after z^9 with an error of 1e-8 of it.
float log_1p(float x) {
  if (!(x > -0.3 && x < 0.5)) return log(1.0 + x);
  float z = x / (2.0 + x), s = z * z;
  return 2.0 * z * (1.0 + s * (0.33333333 + s * (0.2 + s * (0.14285714 + s * 0.11111111))));
}

// A driver need not know the logarithm of a subnormal number: those are made normal, or flushed to 0, by a product first.
float logarithm(float x) {
  if (x > 0.7 && x < 1.5) return log_1p(x - 1.0);
  bool subnormal = F(x) - 1u < 0x7fffffu;
  return subnormal ? log(x * 16777216.0) - 16.635532 : log(x);
}

float hyperbolic_sine(float x) {
  float v = abs(x), s = x * x;
  if (v < 1.0) {
    float tail = 0.0083333333 + s * (0.00019841270 + s * (0.0000027557319 + s * 0.000000025052108));
    return x + x * s * (0.16666667 + s * tail);
  }
  float half_power = shifted_exponential(v, -1);
  return sign(x) * (half_power - 0.25 / half_power);
}

float hyperbolic_cosine(float x) {
  float half_power = shifted_exponential(abs(x), -1);
  return half_power + 0.25 / half_power;
}

// From 1e4 on the square root is x, and the square would overflow.
float area_sine(float x) {
  float v = abs(x);
  float result = v < 1e4 ? log_1p(v + v * v / (1.0 + sqrt(v * v + 1.0))) : log(v) + kLn2;
  return F(x) >> 31 == 0u ? result : -result;
}

float area_cosine(float x) {
  if (!(x >= 1.0)) return nan();
  return x < 1e4 ? log_1p(x - 1.0 + sqrt((x - 1.0) * (x + 1.0))) : log(x) + kLn2;
}

float hyperbolic_tangent(float x) {
  float v = abs(x);
  if (v < 0.1) return x * (1.0 - x * x * (0.33333333 - x * x * (0.13333333 - x * x * 0.053968254)));
  if (v > 10.0) return sign(x);
  float e = exp_m1(2.0 * v);
  return sign(x) * (e / (e + 2.0));
}

// (1 - erf(v)) exp(v^2) for v >= 0 is smooth in t = 1 / (1 + v / 2); the polynomial is its Chebyshev series of degree 8 over
// v from 0 to 4.2, error 6e-9.
float error_factor(float v) {
  float t = 1.0 / (1.0 + 0.5 * v);
  float u = (2.0 * t - 1.3225806) / 0.67741935;
  return 0.421010567 + u * (0.411777379 + u * (0.145931263 + u * (0.0237219757 + u * (-0.00163282261 +
         u * (-0.000941767177 + u * (0.000104365122 + u * (0.0000381702628 - u * 0.00000912817455)))))));
}

// Near 0 the power series.
float error_function(float x) {
  float v = abs(x);
  if (v < 0.5) {
    float s = x * x;
    return x * (1.1283792 - s * (0.37612639 - s * (0.11283792 - s * (0.026866171 - s * (0.0052239776 - s * 0.00085483270)))));
  }
  return v > 4.2 ? sign(x) : sign(x) * (1.0 - error_factor(v) * exponential(-v * v));
}

// x / 2 (1 + erf(x / sqrt(2))). Where erf comes near -1 the sum is error_factor() times exp(-x^2 / 2), whose exponent is
// taken in two parts, the first an exact square.
float gaussian_linear_unit(float x) {
  float v = x * 0.7071067811865476;
  if (v >= -0.5 || v < -4.2 || is_nan(F(x))) return 0.5 * x * (1.0 + error_function(v));
  float head = uintBitsToFloat(F(x) & 0xfffff000u);
  float gaussian = exponential(-0.5 * head * head) * exponential(-0.5 * (x - head) * (x + head));
  return 0.5 * x * (error_factor(-v) * gaussian);
}

// Vulkan lets drivers be as wrong as 2^-12 here. The series converges for |x| <= tan(pi / 8); larger ones are halved by
// atan(x) = 2 atan(x / (1 + sqrt(1 + x^2))).
float arctangent(float x) {
  if (is_nan(F(x))) return x;
  float v = abs(x);
  float w = v > 1.0 ? 1.0 / v : v;
  float h = w / (1.0 + sqrt(1.0 + w * w));
  float s = h * h;
  float r = 2.0 * h * (1.0 - s * (0.33333333 - s * (0.2 - s * (0.14285714 - s * (0.11111111 - s * (0.090909091 - s * 0.076923077))))));
  if (v > 1.0) r = kHalfPi - r;
  return F(x) >> 31 == 0u ? r : -r;
}

// asin(w) for |w| <= 1/2: the power series, whose terms follow (2n)! / (4^n n!^2 (2n + 1)), up to an error of 5e-9.
float small_arcsine(float w) {
  float s = w * w;
  float tail = 0.022372159 + s * (0.017352764 + s * (0.013964844 + s * (0.011551800 + s * (0.0097616095 + s * 0.0083903358))));
  return w + w * s * (0.16666667 + s * (0.075 + s * (0.044642857 + s * (0.030381944 + s * tail))));
}

// Beyond 1/2 an arc sine is a right angle less twice that of half the angle: asin(v) = pi / 2 - 2 asin(sqrt((1 - v) / 2)).
float doubled_arcsine(float v) { return 2.0 * small_arcsine(sqrt(0.5 * (1.0 - v))); }

// What kHalfPi exceeds pi / 2 by.
const float kHalfPiExcess = 4.371139000186241e-8;

float arcsine(float x) {
  float v = abs(x);
  if (is_nan(F(x)) || v > 1.0) return nan();
  if (v <= 0.5) return small_arcsine(x);
  return sign(x) * (kHalfPi - doubled_arcsine(v) - kHalfPiExcess);
}

float arccosine(float x) {
  float v = abs(x);
  if (is_nan(F(x)) || v > 1.0) return nan();
  if (v <= 0.5) return kHalfPi - small_arcsine(x) - kHalfPiExcess;
  return x > 0.0 ? doubled_arcsine(v) : 2.0 * kHalfPi - doubled_arcsine(v) - 2.0 * kHalfPiExcess;
}

// 2 / pi: 224 bits behind the point.
const uint kTwoOverPi[8] = uint[8](0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u,
                                   0xfe5163abu);

// 32 bits of 2 / pi from bit `first` on, counted from 32 before the point.
uint bits_of_two_over_pi(uint first) {
  uint word = first >> 5, shift = first & 31u;
  return kTwoOverPi[word] << shift | kTwoOverPi[word + 1u] >> 1 >> (31u - shift);
}

// An angle as a number of quarter turns, of which the last two bits count, and a rest from -pi / 4 to pi / 4.
struct Angle {
  uint quarters;
  float rest;
};

// Of v >= 0. v * 2 / pi is worked out in integers (Payne and Hanek): 24 bits of v times 96 bits of 2 / pi, those that are
// left when multiples of 4 and what is too small to matter are cut off. The rest then has all its bits, however large v is.
Angle reduced(float v) {
  if (v < 0.785) return Angle(0u, v);
  uint bits = F(v), mantissa = bits & 0x7fffffu | 0x800000u;
  // v = mantissa * 2^(exponent - 150); the product's last bit is worth 2^-94.
  uint first = (bits >> 23) - 120u;
  uint high1, low1, high2, low2, carry;
  umulExtended(mantissa, bits_of_two_over_pi(first + 64u), high2, low2);
  umulExtended(mantissa, bits_of_two_over_pi(first + 32u), high1, low1);
  uint second = uaddCarry(low1, high2, carry);
  uint top = mantissa * bits_of_two_over_pi(first) + high1 + carry;
  // Two bits of quarters, then the fraction, from -1/2 to 1/2.
  uint fraction = top << 2 | second >> 30, tail = second << 2;
  bool above = fraction >> 31 != 0u;
  if (above) {
    fraction = ~fraction;
    tail = ~tail;
  }
  float rest = (float(fraction) + float(tail) * 2.3283064365386963e-10) * 2.3283064365386963e-10 * kHalfPi;
  return Angle((top >> 30) + (above ? 1u : 0u), above ? -rest : rest);
}

// Taylor's series up to an error of 2e-9, for |r| <= pi / 4.
float sine_of_rest(float r) {
  float s = r * r;
  return r * (1.0 - s * (0.16666667 - s * (0.0083333333 - s * (0.00019841270 - s * 0.0000027557319))));
}

float cosine_of_rest(float r) {
  float s = r * r;
  return 1.0 - s * (0.5 - s * (0.041666667 - s * (0.0013888889 - s * (0.000024801587 - s * 0.00000027557319))));
}

float quarter_sine(uint quarters, float rest) {
  float value = (quarters & 1u) == 0u ? sine_of_rest(rest) : cosine_of_rest(rest);
  return (quarters & 2u) == 0u ? value : -value;
}

float sine(float x) {
  if (is_nan(F(x)) || is_infinite(x)) return nan();
  Angle a = reduced(abs(x));
  float value = quarter_sine(a.quarters, a.rest);
  return F(x) >> 31 == 0u ? value : -value;
}

float cosine(float x) {
  if (is_nan(F(x)) || is_infinite(x)) return nan();
  Angle a = reduced(abs(x));
  return quarter_sine(a.quarters + 1u, a.rest);
}

float tangent(float x) {
  if (is_nan(F(x)) || is_infinite(x)) return nan();
  Angle a = reduced(abs(x));
  float value = quarter_sine(a.quarters, a.rest) / quarter_sine(a.quarters + 1u, a.rest);
  return F(x) >> 31 == 0u ? value : -value;
}

// As pow() of C; that of GLSL has no negative bases.
float power(float x, float y) {
  if (y == 0.0 || x == 1.0) return 1.0;
  if (is_nan(F(x)) || is_nan(F(y))) return nan();
  // Subnormal bases are flushed, since drivers may make anything of them.
  float v = (F(x) & 0x7f800000u) == 0u ? 0.0 : abs(x), magnitude;
  bool whole = floor(y) == y;
  if (whole && y > 0.0 && y <= 8.0) {
    magnitude = v;
    for (float i = 1.0; i < y; ++i) magnitude *= v;
  } else if (v == 0.0 || is_infinite(v)) {
    magnitude = (v == 0.0) == (y > 0.0) ? 0.0 : infinity();
  } else if (is_infinite(y)) {
    magnitude = v == 1.0 ? 1.0 : (v > 1.0) == (y > 0.0) ? infinity() : 0.0;
  } else if (x < 0.0 && !whole) {
    magnitude = nan();
  } else {
    magnitude = pow(v, y);
  }
  bool odd = whole && abs(y - 2.0 * floor(0.5 * y)) == 1.0;
  return odd && F(x) >> 31 != 0u ? -magnitude : magnitude;
}
