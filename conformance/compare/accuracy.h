// Accuracy: how far the result of an operator may be from the oracle's. The content is accuracy.inc, one line per
// operator with its source; docs/spec/accuracy.md is the same as a table. Read-only.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "mortise/sdk/dtype.h"

namespace mortise::conformance {

// What is allowed for one floating-point element; c is the line's constant. Elements of other types are equal bit by
// bit, except those of kQuantized.
enum class BoundKind : uint8_t {
  kExact,        // nothing
  kUlp,          // c units in the last place of the expected element
  kExponential,  // c + |ln e| units of it, and eps · sqrt(K) · e: an exponential divided by the sum of K of them
  kSum,          // c · eps · sqrt(K) · the sum of the K terms' magnitudes, and the rounding to the element's type
  kConvolution,  // the same where numerics may allow another algorithm
  kConditioned,  // c · ((unit + eps · sqrt(K)) · the element's condition + ulp(e)): steps that are rounded one by one
  kSaturating,   // the same, the condition enlarged by 1: steps on the way flatten what they are given
  kScaled,       // c units in the last place of the output's largest element
  kCancelling,   // the same, of 1 at least: a difference of numbers around 1, however small all results are
  kQuantized,    // c steps of the integer type; a floating-point element c units in the last place
};
std::string_view to_string(BoundKind kind);

struct Bound {
  std::string_view domain;  // "" for ai.onnx
  std::string_view op;
  BoundKind kind = BoundKind::kExact;
  double constant = 0;
  std::string_view source;
};

// In the order of accuracy.inc.
std::span<const Bound> bounds();
// Operators without a line are exact.
const Bound& bound_of(std::string_view domain, std::string_view op);

// What has to be measured beside the element itself before it can be judged.
enum class Measure : uint8_t {
  kNone,
  kMagnitudes,  // kSum, kConvolution: the sum of the terms' magnitudes
  kConditions,  // kConditioned, kSaturating: sqrt(Σ (x · de/dx)²) over the numbers x that the operator is given
};
Measure measure_of(BoundKind kind);

// What is known of one element when its allowed error is asked for.
struct ElementFacts {
  DType dtype = DType::kUndefined;
  double expected = 0;         // finite
  double largest = 0;          // magnitude of the largest finite element of the output
  double measure = 0;          // as measure_of() says
  double largest_measure = 0;  // of the output
  double terms = 1;            // K, or more
};
// The allowed absolute error for a provider with these MORTISE_NUMERICS_*.
double allowed_error(const Bound& bound, const ElementFacts& facts, uint32_t numerics);

}  // namespace mortise::conformance
