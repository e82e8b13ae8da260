// ModelBuilder: a model of a few nodes made in code, and run at once in an ordinary session.
//
//   ModelBuilder model;
//   const std::string y = model.value("Neg", {model.input(x)});
//   model.output(y);
//   const auto outputs = model.run();  // by name
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <span>
#include <string>
#include <vector>

#include "mortise/sdk/value.h"

namespace mortise::test {

class ModelBuilder {
 public:
  explicit ModelBuilder(int opset = 18);

  // A graph input with the value's type, given to run(): a tensor, or sequences and optionals of int64 tensors.
  std::string input(const Value& value);
  // One of the type optional(tensor), given the tensor as it is.
  std::string optional_input(const Tensor& tensor);
  // An initializer.
  std::string constant(const Tensor& tensor);
  std::string fresh() { return "v" + std::to_string(next_++); }
  // The node has as many outputs as asked for, with fresh names. The reference lives as long as the graph.
  onnx::NodeProto& node(const std::string& op, const std::vector<std::string>& inputs, size_t num_outputs = 1) {
    return add_node(*model_.mutable_graph(), op, inputs, num_outputs);
  }
  onnx::NodeProto& add_node(onnx::GraphProto& graph, const std::string& op, const std::vector<std::string>& inputs,
                            size_t num_outputs = 1);
  std::string value(const std::string& op, const std::vector<std::string>& inputs) {
    return node(op, inputs).output(0);
  }
  void output(const std::string& name) { model_.mutable_graph()->add_output()->set_name(name); }

  Result<std::map<std::string, Value>> run() const;
  std::string text() const { return model_.DebugString(); }

 private:
  onnx::ModelProto model_;
  std::map<std::string, Value> inputs_;
  int next_ = 0;
};

void set(onnx::NodeProto& node, const std::string& attribute, int64_t value);
void set(onnx::NodeProto& node, const std::string& attribute, const std::vector<int64_t>& values);
// An attribute that is a graph, still empty.
onnx::GraphProto& add_body(onnx::NodeProto& node, const std::string& attribute);
// An input or an output of a body: a tensor, or sequences and optionals of int64 tensors, the outermost kind first.
void declare(onnx::ValueInfoProto& value, const std::string& name, DType dtype, const Shape& shape);
void declare(onnx::ValueInfoProto& value, const std::string& name, std::span<const ValueKind> kinds);

}  // namespace mortise::test
