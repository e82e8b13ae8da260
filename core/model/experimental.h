// experimental_functions: operators that ONNX called experimental up to its version 1.4 and then dropped, or took over
// with another version number, as functions of operators that it has kept.
//
// Models of those years have them, and ONNX Runtime runs them; docs/adr/0009 says which and why. Thread-safe.
#pragma once

#include <onnx/onnx_pb.h>

#include <vector>

namespace mortise {

struct ExperimentalFunction {
  onnx::FunctionProto proto;
  std::vector<onnx::AttributeProto> defaults;  // of attributes that a node may leave out
};

// Those of this version of ai.onnx, whose domain they are in.
std::vector<ExperimentalFunction> experimental_functions(int64_t opset);

}  // namespace mortise
