// FunctionCase: a node and values for its inputs, at which an operator's kernel and its function body must agree.
//
// How far they may be apart follows from how they compute: every rounding on the way to an element moves it by at most
// unit(type) times the magnitude that is rounded, and both ways add up. Each case says so for its own values.
#pragma once

#include <onnx/defs/schema.h>

#include <random>
#include <string_view>
#include <vector>

#include "mortise/sdk/value.h"

namespace mortise::test {

struct FunctionCase {
  onnx::NodeProto node;       // with its attributes; expect_agree() names inputs and outputs
  std::vector<Value> inputs;  // ValueKind::kNone: left out
  int num_outputs = 1;
  double absolute = 0;  // elements may differ by absolute + relative |element|
  double relative = 0;
  bool is_random = false;  // only types, shapes, and how many ones there are among the results
};

// Half a unit in the last place of the type, relative to the number; 0 for integers.
double unit(DType dtype);
// unit() of the type in which sums and transcendental functions of the type are computed.
double compute_unit(DType dtype);

// What a case is made from: the element type of its first input, random numbers, and the operator's version where other
// inputs have types of their own.
struct Draw {
  DType dtype;
  std::mt19937 random;
  const onnx::OpSchema* schema = nullptr;

  int64_t integer(int64_t low, int64_t high);  // both included
  double real(double low, double high);
  bool coin() { return integer(0, 1) == 1; }
  // Of a rank in the bounds, with extents of 1 to 4.
  Shape shape(int64_t min_rank, int64_t max_rank);
  // Numbers of any type; integers are rounded, strings spell integers.
  Tensor tensor(DType type, const Shape& shape, double low, double high);
  // One of the types that the schema allows for an input.
  DType type_of_input(int index);
};

// The element types that a schema allows for an input, of tensors or of sequences of tensors.
std::vector<DType> types_of_input(const onnx::OpSchema& schema, int index);

// Null for an operator that has none.
using MakeCase = FunctionCase (*)(Draw& draw);
MakeCase find_case(std::string_view op_type);

void set(onnx::NodeProto& node, const char* attribute, int64_t value);
void set(onnx::NodeProto& node, const char* attribute, float value);
void set(onnx::NodeProto& node, const char* attribute, const char* value);
void set(onnx::NodeProto& node, const char* attribute, const std::vector<int64_t>& value);

}  // namespace mortise::test
