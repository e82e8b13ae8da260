// run_op: runs one operator on the reference provider, for tests of kernels:
//
//   const auto y = run_op({.op = "Add", .version = 14, .inputs = {a, b}});
//   ASSERT_TRUE(y.ok()) << y.status().message();
//   EXPECT_THAT(floats((*y)[0]), ElementsAre(1, 2));
#pragma once

#include "tests/support/test_host.h"

namespace mortise::test {

struct OpTest {
  std::string op;
  std::string domain;
  int32_t version = 1;  // the operator's since-version
  Attributes attributes;
  std::vector<Value> inputs;  // a default Value is an optional input left out
  uint32_t num_outputs = 1;
  std::vector<uint32_t> constants;   // indices of inputs that the provider sees as constants
  std::vector<DType> output_dtypes;  // of outputs whose type the host knows; unknown for the others
  std::vector<uint32_t> left_out;    // indices of outputs that the model leaves out
  const char* options = "{}";
  uint32_t threads = 1;
};

// The outputs, or why the operator was declined or failed.
Result<std::vector<Value>> run_op(const OpTest& test);

// The elements of a tensor of type T, as a vector.
template <class T>
std::vector<T> elements(const Value& value) {
  const auto all = value.tensor.elements<T>();
  return {all.begin(), all.end()};
}
inline std::vector<float> floats(const Value& value) { return elements<float>(value); }
std::vector<std::string> strings(const Value& value);

}  // namespace mortise::test
