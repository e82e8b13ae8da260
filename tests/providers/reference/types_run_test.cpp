// The types that the standard allows for any input run: the standard's vectors with the inputs of one type variable in
// another type, at every version that they fit. Types of versions that no vector fits are counted and left out. Only
// that they run is asked; what moved or computed elements become is for the tests of each family.
#include <gtest/gtest.h>

#include <complex>
#include <iostream>
#include <set>

#include "providers/reference/ops/convert.h"
#include "tests/providers/reference/node_cases.h"

namespace mortise::test {
namespace {

// The numbers in a tensor; of strings, small ones that differ.
std::vector<double> numbers_of(const Tensor& tensor) {
  std::vector<double> numbers(static_cast<size_t>(tensor.num_elements()));
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (tensor.dtype() == DType::kString) numbers[i] = static_cast<double>(i % 3);
    if (tensor.dtype() == DType::kC64) numbers[i] = static_cast<double>(tensor.data<std::complex<float>>()[i].real());
    if (tensor.dtype() == DType::kC128) numbers[i] = tensor.data<std::complex<double>>()[i].real();
  }
  if (reference::is_convertible(tensor.dtype())) {
    reference::convert_elements(tensor.dtype(), tensor.raw(), DType::kF64, numbers.data(), 0, numbers.size());
  }
  return numbers;
}

Tensor tensor_with(DType dtype, const Shape& shape, const std::vector<double>& numbers) {
  if (dtype == DType::kString) {
    std::vector<std::string> texts;
    for (const double number : numbers) texts.push_back(std::to_string(static_cast<int>(number)));
    return Tensor::strings(shape, texts);
  }
  Tensor tensor = Tensor::allocate(dtype, shape).value();
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (dtype == DType::kC64) tensor.data<std::complex<float>>()[i] = static_cast<float>(numbers[i]);
    if (dtype == DType::kC128) tensor.data<std::complex<double>>()[i] = numbers[i];
  }
  if (reference::is_convertible(dtype)) {
    reference::convert_elements(DType::kF64, numbers.data(), dtype, tensor.raw(), 0, numbers.size());
  }
  return tensor;
}

// Numbers as they are, or ones: an integer 0 may be no divisor.
enum class Numbers { kSame, kOnes };

Value in_type(const Value& value, DType dtype, Numbers numbers) {
  if (value.is_tensor()) {
    std::vector<double> all = numbers_of(value.tensor);
    if (numbers == Numbers::kOnes) std::fill(all.begin(), all.end(), 1.0);
    return tensor_with(dtype, value.tensor.shape(), all);
  }
  Value result(value.kind, {});
  result.element_dtype = value.element_dtype == DType::kUndefined ? value.element_dtype : dtype;
  for (const Value& element : value.elements) result.elements.push_back(in_type(element, dtype, numbers));
  return result;
}

const infer::Parameter& parameter_of(const OperatorVersion& row, size_t i) {
  return row.signature->inputs[std::min(i, row.signature->inputs.size() - 1)];
}

// What a case becomes at that version with the inputs of one variable in another type; nothing if it has none of them.
std::optional<OpTest> retyped(const NodeCase& known, const OperatorVersion& row, std::string_view variable, DType dtype,
                              Numbers numbers) {
  OpTest op = known.op;
  op.version = row.version;
  op.output_dtypes.clear();
  bool found = false;
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    const infer::Parameter& parameter = parameter_of(row, i);
    if (parameter.dtypes != 0 ? parameter.name != variable : variable_of(parameter) != variable) continue;
    if (op.inputs[i].kind == ValueKind::kNone) continue;
    op.inputs[i] = in_type(op.inputs[i], dtype, numbers);
    found = true;
  }
  return found ? std::optional(op) : std::nullopt;
}

// Types that no vector reaches by retyping its inputs, or that have no meaning, and why.
struct Exception {
  std::string_view op;
  TypeSet types;
  std::string_view reason;
};
const TypeSet kNoNumbers = reference::kString | reference::kComplex;
const Exception kExceptions[] = {
    {"BitCast", ~TypeSet{0}, "the attribute 'to' fixes the size of an element: Packed.BitCastKeepsBits"},
    {"Col2Im", reference::kString | reference::kBool, "blocks are summed; the standard means numeric types"},
    {"GridSample", kNoNumbers, "of the grid, at version 16: they name no place in an image"},
    {"LabelEncoder", ~TypeSet{0}, "attributes have the keys' type: LabelEncoder.MapsEachTypeToEach"},
    {"TfIdfVectorizer", reference::kString, "an attribute has the pool's type: TfIdfVectorizer.ReadsStrings"},
};

bool is_excepted(const OperatorVersion& row, size_t input, DType dtype) {
  for (const Exception& exception : kExceptions) {
    if (exception.op != row.op->name || !reference::contains(exception.types, dtype)) continue;
    if (exception.op != "GridSample" || input == 1) return true;
  }
  return false;
}

enum class Outcome { kRan, kFailed, kNoCase };

Outcome run_in_type(const NodeCases& cases, const OperatorVersion& row, std::string_view variable, DType dtype,
                    std::string& reason) {
  Outcome outcome = Outcome::kNoCase;
  for (const NodeCase& known : cases.of(row.op->domain, row.op->name)) {
    if (!fits(known, row)) continue;
    for (const Numbers numbers : {Numbers::kSame, Numbers::kOnes}) {
      const auto op = retyped(known, row, variable, dtype, numbers);
      if (!op) break;
      const auto results = run_op(*op);
      if (results.ok()) return Outcome::kRan;
      outcome = Outcome::kFailed;
      reason = concat(known.name, ": ", results.status().message());
    }
  }
  return outcome;
}

TEST(Types, OfEveryInputRun) {
  const NodeCases cases(installed_vectors());
  if (cases.size() == 0) GTEST_SKIP() << "there are no vectors; install libonnx-testdata or set MORTISE_ONNX_VECTORS";
  size_t ran = 0, without_case = 0;
  for (const OperatorVersion& row : standard_operators()) {
    if (runs_in_core(row.op->name)) continue;
    std::set<std::string_view> seen;
    for (size_t i = 0; i < row.signature->inputs.size(); ++i) {
      const infer::Parameter& parameter = row.signature->inputs[i];
      const std::string_view variable = parameter.dtypes != 0 ? parameter.name : variable_of(parameter);
      if (!seen.insert(variable).second) continue;
      const TypeSet types = allowed_types(row, parameter).set;
      for (int32_t number = 1; number < kNumDTypes; ++number) {
        const auto dtype = static_cast<DType>(number);
        if (!reference::contains(types, dtype) || is_excepted(row, i, dtype)) continue;
        std::string reason;
        const Outcome outcome = run_in_type(cases, row, variable, dtype, reason);
        ran += outcome == Outcome::kRan ? 1 : 0;
        without_case += outcome == Outcome::kNoCase ? 1 : 0;
        EXPECT_NE(outcome, Outcome::kFailed) << row.op->domain << "." << row.op->name << " " << row.version << " '"
                                             << variable << "' " << to_string(dtype) << ": " << reason;
      }
    }
  }
  std::cout << ran << " types ran, " << without_case << " have no vector of their operator that fits\n";
  EXPECT_GT(ran, 3000u);
}

}  // namespace
}  // namespace mortise::test
