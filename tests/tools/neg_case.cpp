#include "tests/tools/neg_case.h"

#include <onnx/onnx_pb.h>

#include "tests/tools/command_runner.h"

namespace mortise {
namespace {

std::string tensor(const std::string& name, float first, float second) {
  onnx::TensorProto proto;
  proto.set_name(name);
  proto.set_data_type(onnx::TensorProto::FLOAT);
  proto.add_dims(2);
  proto.add_float_data(first);
  proto.add_float_data(second);
  return proto.SerializeAsString();
}

void add_value(onnx::ValueInfoProto& value, const std::string& name) {
  value.set_name(name);
  auto& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_value(2);
}

}  // namespace

void write_case(const std::string& name, float first, float second, const std::string& op) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(13);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name(name);
  add_value(*graph.add_input(), "x");
  add_value(*graph.add_output(), "y");
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type(op);
  node.add_input("x");
  node.add_output("y");
  const std::filesystem::path folder = test_folder() / "cases" / name;
  write_file(folder / "model.onnx", model.SerializeAsString());
  write_file(folder / "test_data_set_0/input_0.pb", tensor("x", 1, 2));
  write_file(folder / "test_data_set_0/output_0.pb", tensor("y", first, second));
}

}  // namespace mortise
