// compare_values(): judges what a provider computed against what the oracle computed from the same inputs.
//
// NaN equals any NaN; an infinity equals itself; zeros have the right sign where the operator is exact or bounded per
// element. Everything else is accuracy.h's to say.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "conformance/compare/accuracy.h"
#include "conformance/engine/verdict.h"
#include "mortise/sdk/value.h"

namespace mortise::conformance {

// Results for inputs that were changed as the provider's numerics say; an element may as well be right by them.
struct Alternative {
  std::vector<Value> values;
  DType unit = DType::kUndefined;  // the type in which float32 elements are computed then, or undefined: their own
};

struct Expectation {
  std::span<const Value> values;  // of the outputs
  std::span<const Alternative> alternatives;
  std::span<const Value>
      measures;  // of the outputs' elements, as measure_of() the bound says; empty where it says none
  Bound bound;
  double terms = 1;       // how many are added up for one element
  uint32_t numerics = 0;  // MORTISE_NUMERICS_* of the provider
};

struct Match {
  std::string problem;  // empty, or a sentence about the worst element
  Accuracy accuracy;    // bound_used is infinite where a wrong element has to be exact
};

Match compare_values(std::span<const Value> actual, const Expectation& expectation);

// Empty if numbers of outputs and elements, types and shapes are as expected; otherwise a sentence.
std::string structure_difference(std::span<const Value> actual, std::span<const Value> expected);

// Empty if both are the same bit by bit; otherwise a sentence with the first element that differs.
std::string bit_difference(std::span<const Value> first, std::span<const Value> second);

// The tensors in a value, those of its elements included, in order.
std::vector<const Tensor*> tensors_of(std::span<const Value> values);

// Variety: whether expected results could show a mistake: they have elements that differ.
class Variety {
 public:
  void add(std::span<const Value> results);
  bool has_elements() const { return has_elements_; }
  bool varied() const { return varied_; }

 private:
  std::vector<Tensor> seen_;  // the first with elements of each output
  bool has_elements_ = false;
  bool varied_ = false;
};

}  // namespace mortise::conformance
