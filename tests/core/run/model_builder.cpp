#include "tests/core/run/model_builder.h"

#include "mortise/core/session.h"

namespace mortise::test {
namespace {

onnx::AttributeProto& add_attribute(onnx::NodeProto& node, const std::string& name,
                                    onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

}  // namespace

ModelBuilder::ModelBuilder(int opset) {
  model_.set_ir_version(8);
  model_.add_opset_import()->set_version(opset);
  model_.mutable_graph()->set_name("g");
}

std::string ModelBuilder::input(const Value& value) {
  const std::string name = fresh();
  onnx::ValueInfoProto& made = *model_.mutable_graph()->add_input();
  if (value.is_tensor()) {
    declare(made, name, value.tensor.dtype(), value.tensor.shape());
  } else {
    std::vector<ValueKind> kinds;
    for (const Value* part = &value; !part->is_tensor(); part = &part->elements[0]) {
      kinds.push_back(part->kind);
      if (part->elements.empty()) break;
    }
    declare(made, name, kinds);
  }
  inputs_[name] = value;
  return name;
}

std::string ModelBuilder::optional_input(const Tensor& tensor) {
  onnx::ValueInfoProto& made = *model_.mutable_graph()->add_input();
  made.set_name(fresh());
  auto& element = *made.mutable_type()->mutable_optional_type()->mutable_elem_type()->mutable_tensor_type();
  element.set_elem_type(static_cast<int>(tensor.dtype()));
  inputs_[made.name()] = Value(tensor);
  return made.name();
}

std::string ModelBuilder::constant(const Tensor& tensor) {
  onnx::TensorProto& made = *model_.mutable_graph()->add_initializer();
  made.set_name(fresh());
  made.set_data_type(static_cast<int>(tensor.dtype()));
  for (const int64_t extent : tensor.shape()) made.add_dims(extent);
  made.set_raw_data(std::string(static_cast<const char*>(tensor.raw()), tensor.size_bytes()));
  return made.name();
}

onnx::NodeProto& ModelBuilder::add_node(onnx::GraphProto& graph, const std::string& op,
                                        const std::vector<std::string>& inputs, size_t num_outputs) {
  onnx::NodeProto& made = *graph.add_node();
  made.set_op_type(op);
  for (const std::string& name : inputs) made.add_input(name);
  for (size_t i = 0; i < num_outputs; ++i) made.add_output(fresh());
  return made;
}

Result<std::map<std::string, Value>> ModelBuilder::run() const {
  const std::string bytes = model_.SerializeAsString();
  LoadInput load;
  load.bytes = std::as_bytes(std::span(bytes));
  MORTISE_ASSIGN(Session session, Session::load(std::move(load)));
  return session.run(inputs_);
}

void set(onnx::NodeProto& node, const std::string& attribute, int64_t value) {
  add_attribute(node, attribute, onnx::AttributeProto::INT).set_i(value);
}

void set(onnx::NodeProto& node, const std::string& attribute, const std::vector<int64_t>& values) {
  auto& made = add_attribute(node, attribute, onnx::AttributeProto::INTS);
  for (const int64_t value : values) made.add_ints(value);
}

onnx::GraphProto& add_body(onnx::NodeProto& node, const std::string& attribute) {
  onnx::GraphProto& body = *add_attribute(node, attribute, onnx::AttributeProto::GRAPH).mutable_g();
  body.set_name(attribute);
  return body;
}

void declare(onnx::ValueInfoProto& value, const std::string& name, DType dtype, const Shape& shape) {
  value.set_name(name);
  auto& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(static_cast<int>(dtype));
  tensor.mutable_shape();
  for (const int64_t extent : shape) tensor.mutable_shape()->add_dim()->set_dim_value(extent);
}

void declare(onnx::ValueInfoProto& value, const std::string& name, std::span<const ValueKind> kinds) {
  value.set_name(name);
  onnx::TypeProto* type = value.mutable_type();
  for (const ValueKind kind : kinds) {
    type = kind == ValueKind::kSequence ? type->mutable_sequence_type()->mutable_elem_type()
                                        : type->mutable_optional_type()->mutable_elem_type();
  }
  type->mutable_tensor_type()->set_elem_type(onnx::TensorProto::INT64);
}

}  // namespace mortise::test
