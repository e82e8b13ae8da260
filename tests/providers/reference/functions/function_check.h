// expect_agree(): a model of an operator and of its function body beside it runs on both ways, and the results are
// compared.
#pragma once

#include "tests/providers/reference/functions/function_case.h"

namespace mortise::test {

// What the values of a case are declared as, one per input; empty where an input is left out.
std::vector<onnx::TypeProto> types_of(const FunctionCase& c);

// The node is made of the case's attributes; the body's opset import is its own.
void expect_agree(const std::string& op_type, int opset, const FunctionCase& c, const onnx::FunctionProto& body);

}  // namespace mortise::test
