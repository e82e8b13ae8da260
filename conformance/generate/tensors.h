// Data: where the inputs of generated cases come from: tensors of every type with elements that show mistakes.
//
// Everything is drawn from one stream, so that a seed and a case's name give the same inputs everywhere.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "mortise/sdk/value.h"

namespace mortise::conformance {

// Both ends included. Cut off where a type's own range is narrower.
struct Range {
  double least = -4;
  double most = 4;
  bool whole =
      false;  // whole numbers in floating-point types too, and as many different words as the range has numbers
};

class Data {
 public:
  // round: 0, 1, … of a case that runs on several inputs.
  Data(std::mt19937_64& random, int round) : random_(random), round_(round) {}

  // How many terms are added up for one element of the result, for bounds of sums. Set by who makes the model.
  double terms = 1;

  int round() const { return round_; }
  // An extent that differs from round to round: `usual` in the first, then one smaller (at least 1), larger, 1.
  int64_t extent(int64_t usual) const;

  int64_t integer(int64_t least, int64_t most);
  double real(Range range);
  std::vector<float> floats(size_t count, Range range = {-1, 1});
  bool chance(double probability) { return real({0, 1}) < probability; }

  // Drawn from the range; integers of integer types, words of strings, pairs for complex numbers.
  Tensor tensor(DType dtype, const Shape& shape, Range range = {});
  // Whole numbers, each a different one: for orders without ties. At most as many as the type can tell apart.
  Tensor distinct(DType dtype, const Shape& shape);
  // What goes wrong easily: NaN, infinities, both zeros, the ends of the type, among ordinary numbers.
  Tensor special(DType dtype, const Shape& shape, Range range = {});
  // Subnormal numbers of both signs among ordinary ones.
  Tensor subnormal(DType dtype, const Shape& shape, Range range = {});
  // One of so many words.
  std::string word(size_t choice);

 private:
  std::mt19937_64& random_;
  int round_;
};

// A tensor of rank 1 of these numbers, and a scalar.
Tensor int64s(std::vector<int64_t> numbers);
Tensor number(DType dtype, double value);
Tensor numbers(DType dtype, const Shape& shape, std::vector<double> values);

}  // namespace mortise::conformance
