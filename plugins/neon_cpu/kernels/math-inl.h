// SPDX-License-Identifier: Apache-2.0
//
// Math: functions of float32 vectors. Included once per target by files that go through foreach_target.h.
//
// Exp, Log, Sin, Cos, Tanh, Sigmoid, Erf and Softplus are within 2 units in the last place of the exact result, right for
// infinities, NaN, subnormal and huge arguments; what is made of them loses more where parts cancel. The bound of each op
// is in pointwise_test.cpp.
#if defined(MORTISE_NEON_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MORTISE_NEON_MATH_INL_H_
#undef MORTISE_NEON_MATH_INL_H_
#else
#define MORTISE_NEON_MATH_INL_H_
#endif

#include <cmath>
#include <limits>

#include "hwy/highway.h"
#include "plugins/neon_cpu/kernels/epilogue.h"

HWY_BEFORE_NAMESPACE();
namespace mortise::neon::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vec = hn::Vec<Floats>;
constexpr size_t kLanes = hn::MaxLanes(Floats());  // of every target's vectors, which are of one size

HWY_INLINE Vec Constant(float value) { return hn::Set(Floats(), value); }

// The larger and the smaller; NaN if x is NaN. Highway's own take the number on Arm, and on x86 the second operand.
HWY_INLINE Vec AtLeast(Vec low, Vec x) {
#if HWY_ARCH_ARM_A64
  return Vec(vmaxq_f32(low.raw, x.raw));
#else
  return hn::Max(low, x);
#endif
}
HWY_INLINE Vec AtMost(Vec high, Vec x) {
#if HWY_ARCH_ARM_A64
  return Vec(vminq_f32(high.raw, x.raw));
#else
  return hn::Min(high, x);
#endif
}

HWY_INLINE Vec Clamp(Vec x, float low, float high) { return AtMost(Constant(high), AtLeast(Constant(low), x)); }

// c[0] * x^(n-1) + … + c[n-1]
template <size_t N>
HWY_INLINE Vec Polynomial(Vec x, const float (&c)[N]) {
  Vec sum = Constant(c[0]);
  for (size_t i = 1; i < N; ++i) sum = hn::MulAdd(sum, x, Constant(c[i]));
  return sum;
}

// 2^n for n in [-126, 127].
HWY_INLINE Vec PowerOfTwo(hn::Vec<hn::RebindToSigned<Floats>> n) {
  return hn::BitCast(Floats(), hn::ShiftLeft<23>(hn::Add(n, hn::Set(hn::RebindToSigned<Floats>(), 127))));
}

// x = n * log(2) + r with |r| <= log(2) / 2; the power is multiplied in two steps, since n reaches from -150 to 128.
HWY_INLINE Vec Exp(Vec x) {
  static constexpr float kSeries[] = {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f,
                                      4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f};
  x = Clamp(x, -104.0f, 89.0f);
  const Vec n = hn::Round(hn::Mul(x, Constant(1.44269504f)));
  Vec r = hn::MulAdd(n, Constant(-0.693359375f), x);
  r = hn::MulAdd(n, Constant(2.12194440e-4f), r);
  const Vec e = hn::Add(hn::MulAdd(hn::Mul(r, r), Polynomial(r, kSeries), r), Constant(1.0f));
  const auto whole = hn::ConvertTo(hn::RebindToSigned<Floats>(), n);
  const auto half = hn::ShiftRight<1>(whole);
  return hn::Mul(hn::Mul(e, PowerOfTwo(half)), PowerOfTwo(hn::Sub(whole, half)));
}

// x = m * 2^e with m in [sqrt(1/2), sqrt(2)).
HWY_INLINE Vec Log(Vec x) {
  static constexpr float kSeries[] = {7.0376836292e-2f,  -1.1514610310e-1f, 1.1676998740e-1f,
                                      -1.2420140846e-1f, 1.4249322787e-1f,  -1.6668057665e-1f,
                                      2.0000714765e-1f,  -2.4999993993e-1f, 3.3333331174e-1f};
  const Floats d;
  const hn::RebindToSigned<Floats> di;
  const auto subnormal = hn::Lt(x, Constant(std::numeric_limits<float>::min()));
  const Vec scaled = hn::IfThenElse(subnormal, hn::Mul(x, Constant(8388608.0f)), x);
  // The bits above those of sqrt(1/2) count in whole powers.
  const auto bits = hn::Sub(hn::BitCast(di, scaled), hn::Set(di, 0x3f3504f3));
  const Vec e = hn::Sub(hn::ConvertTo(d, hn::ShiftRight<23>(bits)), hn::IfThenElseZero(subnormal, Constant(23.0f)));
  const Vec m = hn::BitCast(d, hn::Add(hn::And(bits, hn::Set(di, 0x7fffff)), hn::Set(di, 0x3f3504f3)));
  const Vec f = hn::Sub(m, Constant(1.0f));
  const Vec f2 = hn::Mul(f, f);
  Vec y = hn::Mul(hn::Mul(f2, f), Polynomial(f, kSeries));
  y = hn::MulAdd(e, Constant(-2.12194440e-4f), y);
  y = hn::MulAdd(f2, Constant(-0.5f), y);
  y = hn::MulAdd(e, Constant(0.693359375f), hn::Add(f, y));
  const float infinity = std::numeric_limits<float>::infinity();
  y = hn::IfThenElse(hn::Lt(x, Constant(infinity)), y, x);  // infinity and NaN stay
  y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), Constant(-infinity), y);
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), Constant(std::numeric_limits<float>::quiet_NaN()), y);
}

HWY_INLINE Vec Sigmoid(Vec x) { return hn::Div(Constant(1.0f), hn::Add(Constant(1.0f), Exp(hn::Neg(x)))); }

HWY_INLINE Vec Tanh(Vec x) {
  static constexpr float kSeries[] = {-5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f, 1.33314422036e-1f,
                                      -3.33332819422e-1f};
  const Vec a = hn::Abs(x);
  const Vec x2 = hn::Mul(x, x);
  const Vec small = hn::MulAdd(hn::Mul(x2, Polynomial(x2, kSeries)), x, x);
  const Vec e = Exp(hn::Add(a, a));
  const Vec large = hn::Sub(Constant(1.0f), hn::Div(Constant(2.0f), hn::Add(e, Constant(1.0f))));
  return hn::CopySign(hn::IfThenElse(hn::Lt(a, Constant(0.625f)), small, large), x);  // of a zero too
}

// Near 0 x times a polynomial of its square, elsewhere 1 - exp(-t * a polynomial), both fitted at Chebyshev nodes.
HWY_INLINE Vec Erf(Vec x) {
  static constexpr float kSmall[] = {-5.930659277e-4f, 4.981689852e-3f,  -2.675908003e-2f,
                                     1.128161947e-1f,  -3.761247637e-1f, 1.128379147f};
  static constexpr float kLarge[] = {1.658868446e-5f, -3.73447802e-4f, 3.83162444e-3f, -2.411654353e-2f,
                                     1.065846982e-1f, 6.34984462e-1f,  1.12867821f};
  const Vec a = hn::Abs(x);
  const Vec small = hn::Mul(x, Polynomial(hn::Mul(x, x), kSmall));
  const Vec t = AtMost(Constant(4.0f), a);
  const Vec large = hn::Sub(Constant(1.0f), Exp(hn::Neg(hn::Mul(t, Polynomial(t, kLarge)))));
  return hn::IfThenElse(hn::Lt(a, Constant(0.92f)), small, hn::CopySign(large, x));
}

HWY_INLINE Vec Gelu(Vec x) {
  const Vec half = hn::Mul(x, Constant(0.5f));
  return hn::MulAdd(half, Erf(hn::Mul(x, Constant(0.70710678f))), half);
}

HWY_INLINE Vec GeluTanh(Vec x) {
  const Vec half = hn::Mul(x, Constant(0.5f));
  const Vec inner =
      hn::Mul(hn::Mul(x, Constant(0.79788456f)), hn::MulAdd(hn::Mul(x, x), Constant(0.044715f), Constant(1.0f)));
  return hn::MulAdd(half, Tanh(inner), half);
}

HWY_INLINE Vec Softplus(Vec x) {
  const Vec one = Constant(1.0f);
  const Vec e = Exp(hn::Neg(hn::Abs(x)));
  const Vec sum = hn::Add(one, e);
  // log(1 + e) from the rounded sum, and what it was rounded by.
  const Vec tail = hn::Add(Log(sum), hn::Div(hn::Sub(e, hn::Sub(sum, one)), sum));
  return hn::Add(AtLeast(hn::Zero(Floats()), x), tail);
}

HWY_INLINE Vec Silu(Vec x, float alpha) {
  // The product is 0 where exp overflows, not NaN: -inf is clamped first.
  return hn::Mul(AtLeast(Constant(-3.0e38f), x), Sigmoid(hn::Mul(Constant(alpha), x)));
}

HWY_INLINE Vec Elu(Vec x, float alpha) {
  const Vec below = hn::Mul(Constant(alpha), hn::Sub(Exp(x), Constant(1.0f)));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(Floats())), below, x);
}

HWY_INLINE Vec LeakyRelu(Vec x, float alpha) {
  return hn::IfThenElse(hn::Lt(x, hn::Zero(Floats())), hn::Mul(x, Constant(alpha)), x);
}

HWY_INLINE Vec HardSigmoid(Vec x, float alpha, float beta) {
  return Clamp(hn::MulAdd(x, Constant(alpha), Constant(beta)), 0.0f, 1.0f);
}

HWY_INLINE Vec HardSwish(Vec x) { return hn::Mul(x, HardSigmoid(x, 1.0f / 6, 0.5f)); }

HWY_INLINE Vec Mish(Vec x) { return hn::Mul(AtLeast(Constant(-3.0e38f), x), Tanh(Softplus(x))); }

using Mask = hn::Mask<Floats>;

HWY_INLINE Vec Truth(Mask mask) { return hn::IfThenElseZero(mask, Constant(1.0f)); }

// NaN is not 0; Ne() says it is on AVX2.
HWY_INLINE Mask NotZero(Vec x) { return hn::Not(hn::Eq(x, hn::Zero(Floats()))); }

// NaN wins.
HWY_INLINE Vec Larger(Vec a, Vec b) { return hn::IfThenElse(hn::IsNaN(a), a, AtLeast(a, b)); }
HWY_INLINE Vec Smaller(Vec a, Vec b) { return hn::IfThenElse(hn::IsNaN(a), a, AtMost(a, b)); }

HWY_INLINE Vec Sign(Vec x) {
  const Vec zero = hn::Zero(Floats());
  const Vec sign = hn::Sub(Truth(hn::Gt(x, zero)), Truth(hn::Lt(x, zero)));
  return hn::IfThenElse(hn::IsNaN(x), x, sign);
}

HWY_INLINE Vec Celu(Vec x, float alpha) {
  const Vec below = hn::Mul(Constant(alpha), hn::Sub(Exp(hn::Div(x, Constant(alpha))), Constant(1.0f)));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(Floats())), below, x);
}

HWY_INLINE Vec Shrink(Vec x, float lambda, float bias) {
  const Vec above = hn::IfThenElseZero(hn::Gt(x, Constant(lambda)), hn::Sub(x, Constant(bias)));
  return hn::IfThenElse(hn::Lt(x, Constant(-lambda)), hn::Add(x, Constant(bias)), above);
}

HWY_INLINE Vec IsInf(Vec x, bool positive, bool negative) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Vec above = positive ? Truth(hn::Eq(x, Constant(infinity))) : hn::Zero(Floats());
  const Vec below = negative ? Truth(hn::Eq(x, Constant(-infinity))) : hn::Zero(Floats());
  return hn::Add(above, below);
}

// The C library's function, element by element.
HWY_INLINE Vec ByElement(float (*function)(float), Vec x) {
  HWY_ALIGN float values[hn::MaxLanes(Floats())];
  hn::Store(x, Floats(), values);
  for (float& value : values) value = function(value);
  return hn::Load(Floats(), values);
}

HWY_INLINE Vec ByElement(float (*function)(float, float), Vec x, Vec y) {
  HWY_ALIGN float values[hn::MaxLanes(Floats())];
  HWY_ALIGN float others[hn::MaxLanes(Floats())];
  hn::Store(x, Floats(), values);
  hn::Store(y, Floats(), others);
  for (size_t i = 0; i < hn::MaxLanes(Floats()); ++i) values[i] = function(values[i], others[i]);
  return hn::Load(Floats(), values);
}

// x = n * pi + r: the sine of r by a polynomial, its sign by the parity of n; pi in three parts, which is exact enough
// up to some thousands. Beyond, the C library.
HWY_INLINE Vec SineOfMultiple(Vec x, Vec n, Vec odd_part) {
  static constexpr float kSeries[] = {2.6083159809786593541503e-06f, -0.0001981069071916863322258f,
                                      0.00833307858556509017944336f, -0.166666597127914428710938f};
  Vec r = hn::MulAdd(n, Constant(-3.140625f), x);
  r = hn::MulAdd(n, Constant(-0.0009670257568359375f), r);
  r = hn::MulAdd(n, Constant(-6.2771141529083251953e-07f), r);
  r = hn::MulAdd(n, Constant(-1.2154201256553420762e-10f), r);
  const Vec r2 = hn::Mul(r, r);
  const Vec sine = hn::MulAdd(hn::Mul(r2, Polynomial(r2, kSeries)), r, r);
  const hn::RebindToSigned<Floats> di;
  const auto sign = hn::ShiftLeft<31>(hn::ConvertTo(di, odd_part));
  return hn::BitCast(Floats(), hn::Xor(hn::BitCast(di, sine), sign));
}

HWY_INLINE bool AreModerate(Vec x) { return hn::AllTrue(Floats(), hn::Lt(hn::Abs(x), Constant(8192.0f))); }

HWY_INLINE Vec Sin(Vec x) {
  if (!AreModerate(x)) return ByElement(std::sin, x);
  const Vec n = hn::Round(hn::Mul(x, Constant(0.318309886f)));
  // The sign of a zero is that of x; the sums above make it positive.
  return hn::IfThenElse(hn::Eq(x, Constant(0.0f)), x, SineOfMultiple(x, n, n));
}

// cos(x) = sin(x + pi / 2); x = (n + 1/2) * pi + r.
HWY_INLINE Vec Cos(Vec x) {
  if (!AreModerate(x)) return ByElement(std::cos, x);
  const Vec n = hn::Floor(hn::Mul(x, Constant(0.318309886f)));
  return SineOfMultiple(x, hn::Add(n, Constant(0.5f)), hn::Add(n, Constant(1.0f)));
}

HWY_INLINE Vec Activate(Activation activation, float alpha, float beta, Vec x) {
  switch (activation) {
    case Activation::kNone:
      return x;
    case Activation::kRelu:
      return AtLeast(hn::Zero(Floats()), x);
    case Activation::kClip:
      return Clamp(x, alpha, beta);
    case Activation::kLeakyRelu:
      return LeakyRelu(x, alpha);
    case Activation::kHardSigmoid:
      return HardSigmoid(x, alpha, beta);
    case Activation::kHardSwish:
      return HardSwish(x);
    case Activation::kSigmoid:
      return Sigmoid(x);
    case Activation::kSilu:
      return Silu(x, 1.0f);
    case Activation::kTanh:
      return Tanh(x);
    case Activation::kGelu:
      return Gelu(x);
    case Activation::kGeluTanh:
      return GeluTanh(x);
    case Activation::kElu:
      return Elu(x, alpha);
    case Activation::kSoftplus:
      return Softplus(x);
    case Activation::kMish:
      return Mish(x);
  }
  return x;
}

// Loads of and stores to the first n elements, where n may be less than a vector.
HWY_INLINE Vec LoadFirst(const float* from, size_t n) {
  const Floats d;
  if (n >= hn::Lanes(d)) return hn::LoadU(d, from);
#if HWY_TARGET <= HWY_AVX2
  return hn::MaskedLoad(hn::FirstN(d, n), d, from);
#else
  static_assert(kLanes == 4);
  const hn::Full64<float> pair;
  const hn::Full32<float> one;
  if (n == 0) return hn::Zero(d);
  if (n == 1) return hn::ZeroExtendVector(d, hn::ZeroExtendVector(pair, hn::LoadU(one, from)));
  const auto low = hn::LoadU(pair, from);
  if (n == 2) return hn::ZeroExtendVector(d, low);
  return hn::Combine(d, hn::ZeroExtendVector(pair, hn::LoadU(one, from + 2)), low);
#endif
}

HWY_INLINE void StoreFirst(Vec v, float* to, size_t n) {
  const Floats d;
  if (n >= hn::Lanes(d)) return hn::StoreU(v, d, to);
#if HWY_TARGET <= HWY_AVX2
  hn::BlendedStore(v, hn::FirstN(d, n), d, to);
#else
  const hn::Full64<float> pair;
  if (n == 1) *to = hn::GetLane(v);
  if (n >= 2) hn::StoreU(hn::LowerHalf(pair, v), pair, to);
  if (n == 3) to[2] = hn::GetLane(hn::UpperHalf(pair, v));
#endif
}

// activation over n elements in place.
HWY_INLINE void ActivateRow(Activation activation, float alpha, float beta, float* y, size_t n) {
  const size_t lanes = hn::Lanes(Floats());
  for (size_t i = 0; i < n; i += lanes) {
    StoreFirst(Activate(activation, alpha, beta, LoadFirst(y + i, n - i)), y + i, n - i);
  }
}

// Activations that are clamps, of which none is one too.
struct ClampRange {
  bool is_clamp;
  float low, high;
};
HWY_INLINE ClampRange ClampOf(const Epilogue& e) {
  const float infinity = std::numeric_limits<float>::infinity();
  switch (e.activation) {
    case Activation::kNone:
      return {true, -infinity, infinity};
    case Activation::kRelu:
      return {true, 0, infinity};
    case Activation::kClip:
      return {true, e.alpha, e.beta};
    default:
      return {false, -infinity, infinity};
  }
}

// The epilogue over n sums of one row of the output; y may be the sums.
HWY_INLINE void FinishRow(const float* sums, const Epilogue& e, float bias, const float* residual, uint64_t n,
                          float* y) {
  const size_t lanes = hn::Lanes(Floats());
  const ClampRange clamp = ClampOf(e);
  for (uint64_t i = 0; i < n; i += lanes) {
    Vec v = hn::MulAdd(Constant(e.scale), LoadFirst(sums + i, n - i), Constant(bias));
    if (residual != nullptr) v = hn::Add(v, LoadFirst(residual + i, n - i));
    StoreFirst(Clamp(v, clamp.low, clamp.high), y + i, n - i);
  }
  if (!clamp.is_clamp) ActivateRow(e.activation, e.alpha, e.beta, y, n);
}

}  // namespace mortise::neon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
