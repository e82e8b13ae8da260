// Comparing results with expected values, as ONNX's own test runner does: |actual - expected| <= atol + rtol *
// |expected|, NaN equal to NaN, infinities and everything that is no floating-point number exactly.
#pragma once

#include <optional>
#include <string>

#include "mortise/sdk/value.h"

namespace mortise::tool {

struct Tolerance {
  double rtol = 1e-3;
  double atol = 1e-7;
  double zero = 0;  // two numbers up to this magnitude are both 0, give or take rounding
};

// Empty if kind, element type and shape are the same; otherwise a sentence.
std::string type_difference(const Value& actual, const Value& expected);

// A floating-point element; nothing for types that are compared bit by bit.
std::optional<double> real_element(const Tensor& tensor, int64_t i);

// Empty if they agree; otherwise a sentence with the first element that differs.
std::string first_difference(const Value& actual, const Value& expected, const Tolerance& tolerance);

}  // namespace mortise::tool
