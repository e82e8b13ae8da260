// Models written as text, for tests: in ONNX's own form, or, where nodes need names, in protobuf's.
#pragma once

#include <google/protobuf/text_format.h>
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

// The serialized ModelProto for the opset whose graph is `graph`, a GraphProto in protobuf's text form.
inline std::string model_of_graph(const std::string& graph, int opset = 17) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(opset);
  if (!google::protobuf::TextFormat::ParseFromString(graph, model.mutable_graph())) throw std::invalid_argument(graph);
  return model.SerializeAsString();
}

}  // namespace mortise::test
