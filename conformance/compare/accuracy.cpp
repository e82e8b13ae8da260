#include "conformance/compare/accuracy.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "conformance/compare/element.h"
#include "mortise/provider.h"

namespace mortise::conformance {

namespace {

constexpr std::string_view kOpenCl = "OpenCL C 3.0, table 7.4: relative error as ULP, single precision";
constexpr std::string_view kHigham = "Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 4.2";
constexpr std::string_view kIeee = "IEEE 754-2019, correctly rounded, and one rounding of the oracle";
constexpr std::string_view kCancels = "a sum of terms as large as 1 that cancel: the rounding of the terms";
constexpr std::string_view kZero = "ONNX: 0 for 0, of either sign";
constexpr std::string_view kStep = "one rounding of the quotient that falls on the other side";
constexpr std::string_view kQuotient = "Div, of whole numbers";
constexpr std::string_view kRange = "start + i · delta: two roundings of numbers no larger than 2 · m";
constexpr std::string_view kWindow = "Cos 4 and its argument of up to 2π, rounded three times: 9.5; both by 0.5";

// Chains of steps. c is the sum of their units, or two for each sum where that is more; docs/spec/accuracy.md says why.
constexpr std::string_view kNormalized =
    "Sqrt 3, Div 2.5, five roundings; two sums; the variance in two passes: Higham, section 1.9";
constexpr std::string_view kNormalizer = "Sqrt 3, Div 2.5, three roundings";
constexpr std::string_view kLogistic = "Exp 3, Div 2.5, a rounding";
constexpr std::string_view kSoftplus = "Exp 3, Log 3";
constexpr std::string_view kSoftsign = "Div 2.5, two roundings";
constexpr std::string_view kSwish = "Sigmoid 6, four roundings";
constexpr std::string_view kMish = "Softplus 6, Tanh 5, a rounding";
constexpr std::string_view kResponse = "Pow 16, Div 2.5, three roundings; a sum";
constexpr std::string_view kLoss = "two sums";
constexpr std::string_view kLogarithm = "Log 3, a rounding; a sum";
constexpr std::string_view kLogSum = "Exp 3, Log 3, four roundings; a sum, whose logarithm cancels around 1";
constexpr std::string_view kAttention = "Exp 3, Div 2.5, Tanh 5 (softcap), three roundings; three sums";
constexpr std::string_view kFlexAttention = "Exp 3, Div 2.5, three roundings; three sums";
constexpr std::string_view kState = "Exp 3, two roundings; two sums; twice, for four positions";
constexpr std::string_view kActivated = "Swish 8; a sum";
constexpr std::string_view kRotation = "a sum of two products: Higham, section 3.1";
constexpr std::string_view kTanhCell = "Tanh 5, a rounding; a sum; flat at ±1";
constexpr std::string_view kGatedCell = "Sigmoid 6, Tanh 5, two roundings; two sums; flat at 0 and ±1";
constexpr std::string_view kElimination = "four pivots with a sum each: Higham, sections 9.3 and 14.6";
constexpr std::string_view kFourier = "Cos 4, four roundings; a sum: Higham, section 24.1";
constexpr std::string_view kPixels =
    "a coordinate of up to 4 pixels, rounded three times: 6, between pixels 2 · m apart; four roundings";
constexpr std::string_view kSampled = "a coordinate of up to 8 pixels, rounded three times: 12; four roundings; a sum";
constexpr std::string_view kScores = "Exp 3, Div 2.5, a rounding; a sum";
constexpr std::string_view kVectors = "Pow 16, four roundings; two sums";
constexpr std::string_view kLeaves = "Div 2.5; a sum";
constexpr std::string_view kAffine = "two roundings";
constexpr std::string_view kScatter = "two roundings of the type";
constexpr std::string_view kAdagrad = "Sqrt 3, Div 2.5, five roundings";
constexpr std::string_view kAdam = "Sqrt 3 and Div 2.5, both twice, ten roundings; the powers move with the condition";
constexpr std::string_view kMomentum = "eight roundings";

constexpr Bound kBounds[] = {
#define MORTISE_ACCURACY(domain, op, kind, constant, source) {domain, #op, BoundKind::kind, constant, source},
#include "conformance/compare/accuracy.inc"
#undef MORTISE_ACCURACY
};

// The unit of the arithmetic in which terms are added: that of float32 for the narrow types, unless they are declared to
// be accumulated in their own.
double accumulation_epsilon(DType dtype, uint32_t numerics) {
  const double own = epsilon(*float_format(dtype));
  const bool narrow = dtype != DType::kF32 && dtype != DType::kF64;
  return narrow && (numerics & MORTISE_NUMERICS_HALF_ACCUMULATE) == 0 ? epsilon(*float_format(DType::kF32)) : own;
}

}  // namespace

std::string_view to_string(BoundKind kind) {
  constexpr std::string_view kNames[] = {"exact",       "ULP",        "exponential", "sum",        "convolution",
                                         "conditioned", "saturating", "scaled",      "cancelling", "quantized"};
  return kNames[static_cast<size_t>(kind)];
}

std::span<const Bound> bounds() { return kBounds; }

const Bound& bound_of(std::string_view domain, std::string_view op) {
  static constexpr Bound kNone = {};
  const auto* found = std::find_if(std::begin(kBounds), std::end(kBounds),
                                   [&](const Bound& bound) { return bound.domain == domain && bound.op == op; });
  return found != std::end(kBounds) ? *found : kNone;
}

Measure measure_of(BoundKind kind) {
  switch (kind) {
    case BoundKind::kSum:
    case BoundKind::kConvolution:
      return Measure::kMagnitudes;
    case BoundKind::kConditioned:
    case BoundKind::kSaturating:
      return Measure::kConditions;
    default:
      return Measure::kNone;
  }
}

double allowed_error(const Bound& bound, const ElementFacts& facts, uint32_t numerics) {
  const FloatFormat format = *float_format(facts.dtype);
  const double c = bound.constant, own = ulp(format, facts.expected);
  const double addition = accumulation_epsilon(facts.dtype, numerics) * std::sqrt(facts.terms);
  const double sum = c * addition, steps = c * epsilon(format) + sum;
  switch (bound.kind) {
    case BoundKind::kExact:
      return 0;
    case BoundKind::kUlp:
    case BoundKind::kQuantized:
      return c * own;
    case BoundKind::kExponential: {
      // e = exp(d) / S with d = x - largest <= 0 and S >= 1, so that |d| <= |ln e|. The rounding of d, at most eps/2 · |d|,
      // is a relative error of exp(d), and eps/2 · e is at most a unit of e. A result of 0 is one below the least number.
      const double value = std::max(std::fabs(facts.expected), own);
      return (c + std::fabs(std::log(value))) * own + addition * value;
    }
    case BoundKind::kConvolution:
      // Transforms mix neighbouring outputs, and their constants enlarge the error (Barabasz et al., Error Analysis and
      // Improving the Accuracy of Winograd Convolution, 2020: tens of units for tiles of 4×4).
      if ((numerics & MORTISE_NUMERICS_FAST_CONVOLUTION) != 0) return 16 * sum * facts.largest_measure + own;
      [[fallthrough]];
    case BoundKind::kSum:
      return sum * facts.measure + own;
    case BoundKind::kConditioned:
      return steps * facts.measure + c * own;
    case BoundKind::kSaturating:
      return steps * (1 + facts.measure) + c * own;
    case BoundKind::kScaled:
      return c * ulp(format, facts.largest);
    case BoundKind::kCancelling:
      return c * ulp(format, std::max(1.0, facts.largest));
  }
  return 0;
}

}  // namespace mortise::conformance
