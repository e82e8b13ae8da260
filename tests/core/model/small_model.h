// A small model for tests of loading, and what loading it gives.
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/model/load.h"

namespace mortise {

inline Result<Model> load(const onnx::ModelProto& proto, const std::filesystem::path& folder = {}) {
  const std::string bytes = proto.SerializeAsString();
  return load_model(std::as_bytes(std::span(bytes)), folder);
}

inline std::string message(const Result<Model>& model) { return model.ok() ? "loaded" : model.status().message(); }

inline onnx::NodeProto* add_node(onnx::GraphProto& graph, const std::string& op, const std::vector<std::string>& inputs,
                                 const std::string& output) {
  auto* node = graph.add_node();
  node->set_op_type(op);
  node->set_name("make_" + output);
  for (const auto& input : inputs) node->add_input(input);
  node->add_output(output);
  return node;
}

// y = Add(x, w) with w = [1, 2]
inline onnx::ModelProto add_model() {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  auto& graph = *model.mutable_graph();
  auto* input = graph.add_input();
  input->set_name("x");
  auto* type = input->mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  type->mutable_shape()->add_dim()->set_dim_param("batch");
  auto* w = graph.add_initializer();
  w->set_name("w");
  w->set_data_type(onnx::TensorProto::FLOAT);
  w->add_dims(2);
  const float values[] = {1, 2};
  w->set_raw_data(values, sizeof values);
  add_node(graph, "Add", {"x", "w"}, "y");
  graph.add_output()->set_name("y");
  return model;
}

}  // namespace mortise
