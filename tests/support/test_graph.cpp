#include "tests/support/test_graph.h"

#include <algorithm>

namespace mortise::test {
namespace {

template <class T>
void fill(mortise_attribute_t& attribute, const T& value) {
  if constexpr (std::is_same_v<T, int64_t>) {
    attribute.type = MORTISE_ATTRIBUTE_INT;
    attribute.i = value;
  } else if constexpr (std::is_same_v<T, float>) {
    attribute.type = MORTISE_ATTRIBUTE_FLOAT;
    attribute.f = value;
  } else if constexpr (std::is_same_v<T, std::string>) {
    attribute.type = MORTISE_ATTRIBUTE_STRING;
    attribute.s = {value.data(), value.size()};
  } else if constexpr (std::is_same_v<T, std::vector<int64_t>>) {
    attribute.type = MORTISE_ATTRIBUTE_INTS;
    attribute.ints = value.data();
    attribute.count = value.size();
  } else if constexpr (std::is_same_v<T, std::vector<float>>) {
    attribute.type = MORTISE_ATTRIBUTE_FLOATS;
    attribute.floats = value.data();
    attribute.count = value.size();
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    attribute.type = MORTISE_ATTRIBUTE_STRINGS;
    attribute.count = value.size();
  } else {
    attribute.type = MORTISE_ATTRIBUTE_TENSOR;
    attribute.count = 1;
  }
}

}  // namespace

Attributes without(Attributes attributes, std::string_view name) {
  std::erase_if(attributes, [&](const auto& attribute) { return attribute.first == name; });
  return attributes;
}

Attributes with(Attributes attributes, const std::string& name, AttributeValue value) {
  attributes = without(std::move(attributes), name);
  attributes.emplace_back(name, std::move(value));
  return attributes;
}

TestGraph::TestGraph() {
  abi_ = {
      .host_data = this,
      .get_info =
          [](const mortise_graph_t* graph, mortise_graph_info_t* info) {
            const auto& self = *static_cast<const TestGraph*>(graph->host_data);
            *info = {.name = "test",
                     .inputs = self.inputs_.data(),
                     .outputs = self.outputs_.data(),
                     .opsets = nullptr,
                     .num_inputs = static_cast<uint32_t>(self.inputs_.size()),
                     .num_outputs = static_cast<uint32_t>(self.outputs_.size()),
                     .num_opsets = 0,
                     .num_nodes = static_cast<uint32_t>(self.nodes_.size()),
                     .num_values = static_cast<uint32_t>(self.values_.size()),
                     .reserved = 0};
          },
      .get_node =
          [](const mortise_graph_t* graph, uint32_t id, mortise_node_t* record) {
            const auto& self = *static_cast<const TestGraph*>(graph->host_data);
            if (id >= self.nodes_.size()) return false;
            const TestNode& node = self.nodes_[id].node;
            *record = {.name = node.name.c_str(),
                       .op_type = node.op.c_str(),
                       .domain = node.domain.c_str(),
                       .inputs = node.inputs.data(),
                       .outputs = node.outputs.data(),
                       .implicit_inputs = nullptr,
                       .num_inputs = static_cast<uint32_t>(node.inputs.size()),
                       .num_outputs = static_cast<uint32_t>(node.outputs.size()),
                       .num_implicit_inputs = 0,
                       .num_attributes = static_cast<uint32_t>(node.attributes.size()),
                       .since_version = node.version,
                       .flags = 0};
            return true;
          },
      .get_value =
          [](const mortise_graph_t* graph, uint32_t id, mortise_value_info_t* record) {
            const auto& self = *static_cast<const TestGraph*>(graph->host_data);
            if (id >= self.values_.size()) return false;
            const ValueRecord& value = self.values_[id];
            *record = {.name = value.name.c_str(),
                       .type = value.type,
                       .constant = value.is_constant ? &value.constant_abi : nullptr,
                       .consumers = value.consumers.data(),
                       .num_consumers = static_cast<uint32_t>(value.consumers.size()),
                       .producer = value.producer,
                       .flags = value.flags,
                       .reserved = 0};
            return true;
          },
      .get_attribute =
          [](const mortise_graph_t* graph, uint32_t id, uint32_t index, mortise_attribute_t* record) {
            const auto& self = *static_cast<const TestGraph*>(graph->host_data);
            if (id >= self.nodes_.size() || index >= self.nodes_[id].node.attributes.size()) return false;
            const auto& [name, value] = self.nodes_[id].node.attributes[index];
            const AttributeRecord& extra = self.nodes_[id].attributes[index];
            *record = {};
            record->name = name.c_str();
            std::visit([&](const auto& v) { fill(*record, v); }, value);
            if (record->type == MORTISE_ATTRIBUTE_STRINGS) record->strings = extra.strings.data();
            if (record->type == MORTISE_ATTRIBUTE_TENSOR) record->tensors = &extra.tensor_pointer;
            return true;
          },
  };
}

TestGraph::ValueRecord& TestGraph::new_value() {
  ValueRecord& value = values_.emplace_back();
  value.name = "value" + std::to_string(values_.size() - 1);
  value.type = {.kind = MORTISE_TYPE_UNKNOWN, .dtype = MORTISE_DTYPE_UNDEFINED, .rank = MORTISE_UNKNOWN_RANK};
  value.element = {.kind = MORTISE_TYPE_TENSOR, .dtype = MORTISE_DTYPE_UNDEFINED, .rank = MORTISE_UNKNOWN_RANK};
  value.producer = sdk::kNoId;
  return value;
}

uint32_t TestGraph::add_value(DType dtype) {
  ValueRecord& value = new_value();
  if (dtype != DType::kUndefined) value.type.kind = MORTISE_TYPE_TENSOR;
  value.type.dtype = static_cast<mortise_dtype>(dtype);
  return static_cast<uint32_t>(values_.size() - 1);
}

uint32_t TestGraph::add_input(const Value& like) {
  ValueRecord& value = new_value();
  value.type.kind = static_cast<uint32_t>(like.kind);
  value.flags = MORTISE_VALUE_GRAPH_INPUT;
  if (like.is_tensor()) {
    value.type.dtype = static_cast<mortise_dtype>(like.tensor.dtype());
  } else {
    const bool has_tensor = !like.elements.empty() && like.elements[0].is_tensor();
    value.element.dtype = static_cast<mortise_dtype>(has_tensor ? like.elements[0].tensor.dtype() : like.element_dtype);
    value.type.element = &value.element;
  }
  inputs_.push_back(static_cast<uint32_t>(values_.size() - 1));
  return inputs_.back();
}

uint32_t TestGraph::add_constant(Tensor tensor) {
  ValueRecord& value = new_value();
  value.type.kind = MORTISE_TYPE_TENSOR;
  value.type.dtype = static_cast<mortise_dtype>(tensor.dtype());
  value.is_constant = true;
  value.constant = std::move(tensor);
  value.constant_abi = value.constant.abi();
  return static_cast<uint32_t>(values_.size() - 1);
}

uint32_t TestGraph::add_node(TestNode node) {
  const auto id = static_cast<uint32_t>(nodes_.size());
  NodeRecord& record = nodes_.emplace_back();
  record.node = std::move(node);
  record.attributes.resize(record.node.attributes.size());
  for (size_t i = 0; i < record.attributes.size(); ++i) {
    AttributeRecord& extra = record.attributes[i];
    const AttributeValue& value = record.node.attributes[i].second;
    if (const auto* tensor = std::get_if<Tensor>(&value)) extra.tensor = tensor->abi();
    extra.tensor_pointer = &extra.tensor;
    if (const auto* strings = std::get_if<std::vector<std::string>>(&value)) {
      for (const std::string& s : *strings) extra.strings.push_back({s.data(), s.size()});
    }
  }
  for (const uint32_t input : record.node.inputs) {
    if (input == sdk::kNoId) continue;
    auto& consumers = values_[input].consumers;
    if (consumers.empty() || consumers.back() != id) consumers.push_back(id);
  }
  for (const uint32_t output : record.node.outputs) {
    if (output != sdk::kNoId) values_[output].producer = id;
  }
  return id;
}

}  // namespace mortise::test
