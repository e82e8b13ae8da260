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
constexpr std::string_view kChain = "a chain of the operators above it in this table";
constexpr std::string_view kCancels = "a sum of terms as large as 1 that cancel: the rounding of the terms";
constexpr std::string_view kZero = "ONNX: 0 for 0, of either sign";
constexpr std::string_view kStep = "one rounding of the quotient that falls on the other side";

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
  constexpr std::string_view kNames[] = {"exact",       "ULP",    "exponential", "sum",
                                         "convolution", "scaled", "cancelling",  "quantized"};
  return kNames[static_cast<size_t>(kind)];
}

std::span<const Bound> bounds() { return kBounds; }

const Bound& bound_of(std::string_view domain, std::string_view op) {
  static constexpr Bound kNone = {};
  const auto* found = std::find_if(std::begin(kBounds), std::end(kBounds),
                                   [&](const Bound& bound) { return bound.domain == domain && bound.op == op; });
  return found != std::end(kBounds) ? *found : kNone;
}

bool needs_magnitudes(BoundKind kind) { return kind == BoundKind::kSum || kind == BoundKind::kConvolution; }

double allowed_error(const Bound& bound, const ElementFacts& facts, uint32_t numerics) {
  const FloatFormat format = *float_format(facts.dtype);
  const double c = bound.constant, own = ulp(format, facts.expected);
  const double sum = c * accumulation_epsilon(facts.dtype, numerics) * std::sqrt(facts.terms);
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
      return (c + std::fabs(std::log(value))) * own +
             accumulation_epsilon(facts.dtype, numerics) * std::sqrt(facts.terms) * value;
    }
    case BoundKind::kSum:
      return sum * facts.magnitude + own;
    case BoundKind::kConvolution:
      // Transforms mix neighbouring outputs, and their constants enlarge the error (Barabasz et al., Error Analysis and
      // Improving the Accuracy of Winograd Convolution, 2020: tens of units for tiles of 4×4).
      if ((numerics & MORTISE_NUMERICS_FAST_CONVOLUTION) != 0) return 16 * sum * facts.largest_magnitude + own;
      return sum * facts.magnitude + own;
    case BoundKind::kScaled:
      return c * ulp(format, facts.largest);
    case BoundKind::kCancelling:
      return c * ulp(format, std::max(1.0, facts.largest));
  }
  return 0;
}

}  // namespace mortise::conformance
