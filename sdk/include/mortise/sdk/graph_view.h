// SPDX-License-Identifier: Apache-2.0
//
// GraphView, NodeView, ValueView, Attributes: comfortable reading of the host's graph.
//
// Views copy the small records of the ABI and point into the host's memory: valid as long as the graph is (see
// graph.h).
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "../graph.h"
#include "tensor_view.h"

namespace mortise::sdk {

using NodeId = uint32_t;
using ValueId = uint32_t;
inline constexpr uint32_t kNoId = MORTISE_NO_ID;

class NodeView {
 public:
  NodeView(const mortise_graph_t* graph, NodeId id) : graph_(graph), id_(id) {
    if (!graph->get_node(graph, id, &node_)) node_.name = node_.op_type = node_.domain = "";
  }

  NodeId id() const { return id_; }
  std::string_view name() const { return node_.name; }
  std::string_view op_type() const { return node_.op_type; }
  // "" for ai.onnx.
  std::string_view domain() const { return node_.domain; }
  int32_t since_version() const { return node_.since_version; }
  bool has_subgraph() const { return (node_.flags & MORTISE_NODE_HAS_SUBGRAPH) != 0; }
  const mortise_graph_t* graph() const { return graph_; }

  // kNoId where an optional one is left out.
  std::span<const ValueId> inputs() const { return {node_.inputs, node_.num_inputs}; }
  std::span<const ValueId> outputs() const { return {node_.outputs, node_.num_outputs}; }
  std::span<const ValueId> implicit_inputs() const { return {node_.implicit_inputs, node_.num_implicit_inputs}; }
  bool has_input(uint64_t i) const { return i < node_.num_inputs && node_.inputs[i] != kNoId; }
  bool has_output(uint64_t i) const { return i < node_.num_outputs && node_.outputs[i] != kNoId; }

  uint32_t num_attributes() const { return node_.num_attributes; }
  mortise_attribute_t attribute(uint32_t index) const {
    mortise_attribute_t attribute{};
    graph_->get_attribute(graph_, id_, index, &attribute);
    return attribute;
  }
  // The attribute with this name, if the node has it.
  std::optional<mortise_attribute_t> find(std::string_view name) const {
    for (uint32_t i = 0; i < node_.num_attributes; ++i) {
      if (mortise_attribute_t a = attribute(i); name == a.name) return a;
    }
    return std::nullopt;
  }
  bool has(std::string_view name) const { return find(name).has_value(); }

  // The attribute's value, or the default if the node does not have it or it is of another kind.
  int64_t get_int(std::string_view name, int64_t otherwise) const {
    const auto a = find(name);
    return a && a->type == MORTISE_ATTRIBUTE_INT ? a->i : otherwise;
  }
  float get_float(std::string_view name, float otherwise) const {
    const auto a = find(name);
    return a && a->type == MORTISE_ATTRIBUTE_FLOAT ? a->f : otherwise;
  }
  std::string_view get_string(std::string_view name, std::string_view otherwise) const {
    const auto a = find(name);
    return a && a->type == MORTISE_ATTRIBUTE_STRING ? std::string_view(a->s.data, a->s.size) : otherwise;
  }
  // Empty if the node does not have it.
  std::span<const int64_t> get_ints(std::string_view name) const {
    const auto a = find(name);
    return a && a->type == MORTISE_ATTRIBUTE_INTS ? std::span(a->ints, a->count) : std::span<const int64_t>();
  }
  std::span<const float> get_floats(std::string_view name) const {
    const auto a = find(name);
    return a && a->type == MORTISE_ATTRIBUTE_FLOATS ? std::span(a->floats, a->count) : std::span<const float>();
  }
  std::vector<std::string_view> get_strings(std::string_view name) const {
    std::vector<std::string_view> strings;
    if (const auto a = find(name); a && a->type == MORTISE_ATTRIBUTE_STRINGS) {
      for (const mortise_string_t& s : std::span(a->strings, a->count)) strings.emplace_back(s.data, s.size);
    }
    return strings;
  }
  // Null if the node does not have it.
  const mortise_tensor_t* get_tensor(std::string_view name) const {
    const auto a = find(name);
    return a && a->type == MORTISE_ATTRIBUTE_TENSOR ? a->tensors[0] : nullptr;
  }
  const mortise_graph_t* get_graph(std::string_view name) const {
    const auto a = find(name);
    return a && a->type == MORTISE_ATTRIBUTE_GRAPH ? a->graphs[0] : nullptr;
  }

 private:
  const mortise_graph_t* graph_;
  NodeId id_;
  mortise_node_t node_{};
};

class ValueView {
 public:
  ValueView(const mortise_graph_t* graph, ValueId id) : id_(id) {
    if (graph->get_value(graph, id, &value_)) return;
    value_.name = "";
    value_.type.rank = MORTISE_UNKNOWN_RANK;
    value_.producer = kNoId;
  }

  ValueId id() const { return id_; }
  std::string_view name() const { return value_.name; }
  const mortise_type_t& type() const& { return value_.type; }
  mortise_type_t type() const&& { return value_.type; }
  bool is_tensor() const { return value_.type.kind == MORTISE_TYPE_TENSOR; }
  DType dtype() const { return static_cast<DType>(value_.type.dtype); }
  bool has_rank() const { return value_.type.rank >= 0; }
  // Only when has_rank().
  std::span<const mortise_dim_t> dims() const { return {value_.type.dims, static_cast<size_t>(value_.type.rank)}; }
  // The shape, if rank and all extents are known.
  std::optional<Shape> static_shape() const {
    if (!is_tensor() || !has_rank()) return std::nullopt;
    Shape shape;
    for (const mortise_dim_t& dim : dims()) {
      if (dim.value < 0) return std::nullopt;
      shape.push_back(dim.value);
    }
    return shape;
  }
  bool is_constant() const { return value_.constant != nullptr; }
  // Only when is_constant(). Outlives the view: see graph.h.
  TensorView constant() const { return TensorView(*value_.constant); }
  NodeId producer() const { return value_.producer; }
  std::span<const NodeId> consumers() const { return {value_.consumers, value_.num_consumers}; }
  bool is_graph_input() const { return (value_.flags & MORTISE_VALUE_GRAPH_INPUT) != 0; }
  bool is_graph_output() const { return (value_.flags & MORTISE_VALUE_GRAPH_OUTPUT) != 0; }
  bool is_outer_scope() const { return (value_.flags & MORTISE_VALUE_OUTER_SCOPE) != 0; }

 private:
  ValueId id_;
  mortise_value_info_t value_{};
};

class GraphView {
 public:
  explicit GraphView(const mortise_graph_t* graph) : graph_(graph) { graph->get_info(graph, &info_); }

  const mortise_graph_t* raw() const { return graph_; }
  std::string_view name() const { return info_.name; }
  uint32_t num_nodes() const { return info_.num_nodes; }
  uint32_t num_values() const { return info_.num_values; }
  NodeView node(NodeId id) const { return NodeView(graph_, id); }
  ValueView value(ValueId id) const { return ValueView(graph_, id); }
  std::span<const ValueId> inputs() const { return {info_.inputs, info_.num_inputs}; }
  std::span<const ValueId> outputs() const { return {info_.outputs, info_.num_outputs}; }
  std::span<const mortise_opset_t> opsets() const { return {info_.opsets, info_.num_opsets}; }

 private:
  const mortise_graph_t* graph_;
  mortise_graph_info_t info_{};
};

}  // namespace mortise::sdk
