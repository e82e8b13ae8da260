#include "tests/providers/reference/retyped.h"

#include <algorithm>
#include <set>

#include "providers/reference/ops/convert.h"

namespace mortise::test {

using conformance::OperatorVersion;
using conformance::OpInput;
using conformance::OpModel;
using reference::contains;
using reference::TypeSet;

namespace {

const infer::Parameter& parameter_of(const OperatorVersion& row, size_t i) {
  return row.signature->inputs[std::min(i, row.signature->inputs.size() - 1)];
}

// The inputs of the model that have the variable and are there.
std::vector<size_t> inputs_of(const OpModel& model, const OperatorVersion& row, std::string_view variable) {
  std::vector<size_t> found;
  for (size_t i = 0; i < model.inputs.size(); ++i) {
    if (model.inputs[i].value.kind == ValueKind::kNone) continue;
    if (variable_name(parameter_of(row, i)) == variable) found.push_back(i);
  }
  return found;
}

bool is_complex(DType dtype) { return contains(reference::kComplex, dtype); }

// Complex numbers as pairs of these.
DType part_of(DType dtype) { return dtype == DType::kC64 ? DType::kF32 : dtype == DType::kC128 ? DType::kF64 : dtype; }

Tensor numbers_in_type(const Tensor& tensor, DType dtype) {
  Tensor made = Tensor::allocate(dtype, tensor.shape()).value();
  const auto count = static_cast<size_t>(tensor.num_elements());
  if (is_complex(tensor.dtype()) == is_complex(dtype)) {
    reference::convert_elements(part_of(tensor.dtype()), tensor.raw(), part_of(dtype), made.raw(), 0,
                                is_complex(dtype) ? 2 * count : count);
    return made;
  }
  // A real number has no imaginary part.
  std::vector<double> reals(count), pairs(2 * count);
  if (is_complex(dtype)) {
    reference::convert_elements(tensor.dtype(), tensor.raw(), DType::kF64, reals.data(), 0, count);
    for (size_t i = 0; i < count; ++i) pairs[2 * i] = reals[i];
    reference::convert_elements(DType::kF64, pairs.data(), part_of(dtype), made.raw(), 0, 2 * count);
  } else {
    reference::convert_elements(part_of(tensor.dtype()), tensor.raw(), DType::kF64, pairs.data(), 0, 2 * count);
    for (size_t i = 0; i < count; ++i) reals[i] = pairs[2 * i];
    reference::convert_elements(DType::kF64, reals.data(), dtype, made.raw(), 0, count);
  }
  return made;
}

std::string text_of(const mortise_string_t& string) { return {string.data, string.size}; }

Tensor numbers_of_words(const Tensor& tensor, const Words& words) {
  Tensor made = Tensor::allocate(DType::kI64, tensor.shape()).value();
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    const std::string text = text_of(tensor.data<mortise_string_t>()[i]);
    made.data<int64_t>()[i] = std::lower_bound(words.begin(), words.end(), text) - words.begin();
  }
  return made;
}

Tensor words_of_numbers(const Tensor& tensor, const Words& words) {
  const Tensor numbers = in_type(tensor, DType::kI64);
  std::vector<std::string> texts;
  for (const int64_t number : numbers.elements<int64_t>()) {
    const bool known = number >= 0 && number < static_cast<int64_t>(words.size());
    texts.push_back(known ? words[static_cast<size_t>(number)] : std::to_string(number));
  }
  return Tensor::strings(tensor.shape(), texts);
}

Value value_in_type(const Value& value, DType dtype, const Words& words) {
  if (value.is_tensor()) return in_type(value.tensor, dtype, words);
  std::vector<Value> elements;
  for (const Value& element : value.elements) elements.push_back(value_in_type(element, dtype, words));
  Value result(value.kind, std::move(elements));
  result.element_dtype = value.element_dtype == DType::kUndefined ? value.element_dtype : dtype;
  return result;
}

void add_words(const Value& value, std::set<std::string>& words) {
  for (const Value& element : value.elements) add_words(element, words);
  if (!value.is_tensor() || value.tensor.dtype() != DType::kString) return;
  for (const mortise_string_t& string : value.tensor.elements<mortise_string_t>()) words.insert(text_of(string));
}

Value aligned(const Value& value, DType wide, const Value& other, DType narrow, const Words& words) {
  if (value.is_tensor()) {
    const bool differs = other.is_tensor() && value.tensor.dtype() == wide && other.tensor.dtype() == narrow;
    return differs ? in_type(value.tensor, narrow, words) : value;
  }
  std::vector<Value> elements = value.elements.list();
  for (size_t i = 0; i < elements.size() && i < other.elements.size(); ++i) {
    elements[i] = aligned(elements[i], wide, other.elements[i], narrow, words);
  }
  Value result(value.kind, std::move(elements));
  result.element_dtype = value.element_dtype == wide ? narrow : value.element_dtype;
  return result;
}

}  // namespace

DType partner_of(DType dtype, TypeSet allowed) {
  const bool is_float =
      contains(reference::kFloats | reference::kFloat8, dtype) || dtype == DType::kF4E2M1 || dtype == DType::kF8E8M0;
  std::vector<DType> partners = {DType::kI64, DType::kI32, DType::kF64, DType::kF32, DType::kU64};
  if (is_float) partners = {DType::kF64, DType::kF32};
  if (is_complex(dtype)) partners = {DType::kC128, DType::kC64};
  for (const DType partner : partners) {
    if (partner != dtype && contains(allowed, partner)) return partner;
  }
  return DType::kUndefined;
}

Tensor in_type(const Tensor& tensor, DType dtype, const Words& words) {
  if (tensor.dtype() == dtype) return tensor;
  if (dtype == DType::kString) return words_of_numbers(tensor, words);
  if (tensor.dtype() == DType::kString) return in_type(numbers_of_words(tensor, words), dtype);
  return numbers_in_type(tensor, dtype);
}

Words words_of(const OpModel& model, const OperatorVersion& row, std::string_view variable) {
  std::set<std::string> words = {""};
  for (const size_t i : inputs_of(model, row, variable)) add_words(model.inputs[i].value, words);
  return {words.begin(), words.end()};
}

bool has_input(const OpModel& model, const OperatorVersion& row, std::string_view variable) {
  return !inputs_of(model, row, variable).empty();
}

void retype(OpModel& model, const OperatorVersion& row, std::string_view variable, DType dtype, const Words& words) {
  for (const size_t i : inputs_of(model, row, variable)) {
    model.inputs[i].value = value_in_type(model.inputs[i].value, dtype, words);
  }
}

std::string_view variable_name(const infer::Parameter& parameter) {
  return parameter.variable ? conformance::variable_of(parameter) : parameter.name;
}

void align(std::vector<Value>& results, DType wide, const std::vector<Value>& others, DType narrow,
           const Words& words) {
  for (size_t i = 0; i < results.size() && i < others.size(); ++i) {
    results[i] = aligned(results[i], wide, others[i], narrow, words);
  }
}

}  // namespace mortise::test
