#include "bench/model_builder.h"

#include <cmath>

namespace mortise::bench {
namespace {

void declare(onnx::ValueInfoProto& info, const std::string& name, const Dims& dims) {
  info.set_name(name);
  auto* type = info.mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  for (const int64_t dim : dims) type->mutable_shape()->add_dim()->set_dim_value(dim);
}

void set_value(onnx::AttributeProto& attribute, int64_t value) {
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void set_value(onnx::AttributeProto& attribute, float value) {
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

void set_value(onnx::AttributeProto& attribute, const Dims& values) {
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const int64_t value : values) attribute.add_ints(value);
}

}  // namespace

ModelBuilder::ModelBuilder(const std::string& name) {
  model_.set_ir_version(8);
  model_.set_producer_name("mortise bench");
  auto* opset = model_.add_opset_import();
  opset->set_domain("");
  opset->set_version(17);
  graph().set_name(name);
}

std::string ModelBuilder::input(const std::string& name, const Dims& dims) {
  declare(*graph().add_input(), name, dims);
  return name;
}

void ModelBuilder::output(const std::string& name, const Dims& dims) { declare(*graph().add_output(), name, dims); }

std::string ModelBuilder::node(const std::string& name, const std::string& op, const std::vector<std::string>& inputs,
                               const Attributes& attributes, const std::string& output) {
  auto* node = graph().add_node();
  node->set_name(name);
  node->set_op_type(op);
  for (const std::string& input : inputs) node->add_input(input);
  node->add_output(output.empty() ? name + "_output_0" : output);
  for (const auto& [key, value] : attributes) {
    auto* attribute = node->add_attribute();
    attribute->set_name(key);
    std::visit([&](const auto& held) { set_value(*attribute, held); }, value);
  }
  return node->output(0);
}

onnx::TensorProto& ModelBuilder::initializer(const std::string& name, const Dims& dims, int32_t dtype) {
  auto* tensor = graph().add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(dtype);
  for (const int64_t dim : dims) tensor->add_dims(dim);
  return *tensor;
}

std::string ModelBuilder::floats(const std::string& name, const Dims& dims, const std::vector<float>& values) {
  initializer(name, dims, onnx::TensorProto::FLOAT).set_raw_data(values.data(), values.size() * sizeof(float));
  return name;
}

std::string ModelBuilder::int64s(const std::string& name, const std::vector<int64_t>& values) {
  initializer(name, {static_cast<int64_t>(values.size())}, onnx::TensorProto::INT64)
      .set_raw_data(values.data(), values.size() * sizeof(int64_t));
  return name;
}

std::string ModelBuilder::random(const std::string& name, const Dims& dims, float middle, float spread) {
  size_t count = 1;
  for (const int64_t dim : dims) count *= static_cast<size_t>(dim);
  std::vector<float> values(count);
  // 24 bits make a float in [-1, 1) without rounding; the distributions of the standard library differ between libraries.
  for (float& value : values) value = middle + spread * (static_cast<float>(random_() >> 8) * 0x1p-23f - 1.0f);
  return floats(name, dims, values);
}

std::string ModelBuilder::weights(const std::string& name, const Dims& dims, int64_t fan_in) {
  return random(name, dims, 0, std::sqrt(6.0f / static_cast<float>(fan_in)));
}

}  // namespace mortise::bench
