// A model of one operator with the inputs of one type variable in another type, and its results brought back: what an
// operator computes in one type is held against what it computes in a wider one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/generate/op_model.h"
#include "conformance/generate/standard_types.h"

namespace mortise::test {

// The words of a model whose strings become numbers: the number of a word is its place in the order of all.
using Words = std::vector<std::string>;

// The type, among those allowed, in which the same numbers are computed with more room; of the widest types the next
// narrower one. Words are compared as numbers. kUndefined if there is none: of two kinds of 8 bits neither is wider.
DType partner_of(DType dtype, reference::TypeSet allowed);

// Integers keep their low bits, floats are rounded. With no words, strings are the numbers as text.
Tensor in_type(const Tensor& tensor, DType dtype, const Words& words = {});

// The words of the inputs that have the variable; "" is always the first.
Words words_of(const conformance::OpModel& model, const conformance::OperatorVersion& row, std::string_view variable);

// Whether the model has an input of that variable.
bool has_input(const conformance::OpModel& model, const conformance::OperatorVersion& row, std::string_view variable);

// Puts the inputs of the variable into the type.
void retype(conformance::OpModel& model, const conformance::OperatorVersion& row, std::string_view variable,
            DType dtype, const Words& words = {});

// The type variable of a parameter, or the name of a parameter that has its types for itself.
std::string_view variable_name(const infer::Parameter& parameter);

// Results of a run in type `wide` as one in `narrow` gives them: of each tensor that has the one type where the other
// run's has the other.
void align(std::vector<Value>& results, DType wide, const std::vector<Value>& others, DType narrow, const Words& words);

}  // namespace mortise::test
