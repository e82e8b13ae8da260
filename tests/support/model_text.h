// Models written in ONNX's textual form, for tests.
#pragma once

#include <onnx/defs/parser.h>

#include <stdexcept>
#include <string>

namespace mortise::test {

// The serialized ModelProto of "name (inputs) => (outputs) { nodes }" for IR version 8 and the opset. Throws for text
// that does not parse.
inline std::string model_bytes(const std::string& graph, int opset = 13) {
  const std::string text = "<ir_version: 8, opset_import: [\"\" : " + std::to_string(opset) + "]>\n" + graph;
  onnx::ModelProto model;
  onnx::OnnxParser parser(text.c_str());
  if (const auto status = parser.Parse(model); !status.IsOK()) throw std::invalid_argument(status.ErrorMessage());
  return model.SerializeAsString();
}

}  // namespace mortise::test
