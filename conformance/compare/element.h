// Elements of tensors of any type of numbers as doubles, and the doubles that a type can tell apart. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mortise/sdk/tensor.h"

namespace mortise::conformance {

// How a floating-point type divides the numbers: a number with exponent e (not less than min_exponent) is a multiple of
// 2^(e - fraction_bits).
struct FloatFormat {
  int fraction_bits;
  int min_exponent;
};
// Nothing for types that are no floating-point numbers.
std::optional<FloatFormat> float_format(DType dtype);

// The distance between neighbours of the type at a finite value: one unit in the last place. Subnormal numbers have that
// of the smallest normal one.
double ulp(const FloatFormat& format, double value);
// The unit in the last place of 1.
double epsilon(const FloatFormat& format);
double smallest_normal(const FloatFormat& format);

// An element as a number; bool is 0 or 1, and integers of 64 bits are rounded to 53. Nothing for strings and complex
// numbers.
std::optional<double> number_at(const Tensor& tensor, int64_t i);
// Sets it to the nearest number of the type; integers are cut off at the ends of their type, and NaN is 0 there. Does
// nothing for strings and complex numbers.
void set_number(Tensor& tensor, int64_t i, double value);

// Whether element i has the same bits in both, which have one type and shape; strings the same characters.
bool same_element(const Tensor& a, const Tensor& b, int64_t i);

// The element for a sentence: "0.25", "true", "\"text\"".
std::string element_text(const Tensor& tensor, int64_t i);
// Where it is: "[1, 3]".
std::string position(const Shape& shape, int64_t i);

// A tensor of complex numbers as one of pairs of real numbers; any other tensor as it is.
Tensor as_numbers(const Tensor& tensor);

}  // namespace mortise::conformance
