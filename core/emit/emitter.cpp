#include "core/emit/emitter.h"

#include <algorithm>
#include <numeric>

#include "core/infer/operator_table.h"

namespace mortise::emit {
namespace {

// Elements that a copy of an attribute's value copies.
template <class Value>
uint64_t length_of(const Value& value) {
  if constexpr (requires { value.size(); }) return value.size();
  return 1;
}

uint64_t length_of(const std::vector<std::string>& texts) {
  return std::accumulate(texts.begin(), texts.end(), uint64_t{texts.size()},
                         [](uint64_t sum, const std::string& text) { return sum + text.size(); });
}

}  // namespace

const Type& Term::type() const {
  static const Type kUnknown;
  return emitter_ != nullptr ? std::as_const(emitter_->graph()).value(id_).type : kUnknown;
}

Emitter::Emitter(Graph& graph, int64_t oldest_opset, uint64_t max_nodes)
    : graph_(graph), max_nodes_(max_nodes), opset_(oldest_opset) {
  for (const Opset& import : graph.opsets) {
    if (import.domain.empty()) opset_ = std::max(opset_, import.version);
  }
}

Status Emitter::start() { return inference_.emplace(graph_).start(); }

void Emitter::charge(uint64_t work) {
  work_ += work;
  if (work_ <= max_nodes_) return;
  fail(make_error(StatusCode::kResourceExhausted, "the derivatives that the model asks for need more than ", max_nodes_,
                  " nodes; raise max_derivative_nodes to load it"));
}

std::vector<Term> Emitter::add(Node node, size_t num_outputs) {
  charge(1 + (node.inputs.size() + num_outputs) / 32);
  const Symbol name = graph_.intern(concat(name_, "/", node.op_type.view()));
  node.name = name;
  std::vector<Term> outputs;
  if (!status_.ok()) return std::vector<Term>(num_outputs);
  for (size_t i = 0; i < num_outputs; ++i) {
    node.outputs.push_back(graph_.add_value(name));
    outputs.push_back(term(node.outputs.back()));
  }
  const NodeId id = graph_.add_node(std::move(node));
  if (Status status = inference_ ? inference_->extend(id) : Status(); !status.ok()) {
    fail(std::move(status));
    return std::vector<Term>(num_outputs);
  }
  return outputs;
}

std::vector<Term> Emitter::add(std::string_view op_type, std::span<const Term> inputs,
                               std::span<const Setting> settings, size_t num_outputs) {
  if (!status_.ok()) return std::vector<Term>(num_outputs);
  Node node;
  node.op_type = graph_.intern(op_type);
  node.since_version = infer::since_version("", op_type, opset_).value_or(0);
  for (const Term& input : inputs) node.inputs.push_back(input.id());
  for (const Setting& setting : settings) {
    Attribute& attribute = node.attributes.emplace_back(Attribute{graph_.intern(setting.name), {}});
    std::visit([&](const auto& value) { attribute.value = value; }, setting.value);
  }
  return add(std::move(node), num_outputs);
}

std::vector<Term> Emitter::add_like(NodeId id, std::span<const Term> inputs) {
  const Node& like = std::as_const(graph_).node(id);
  const size_t num_outputs = like.outputs.size();
  if (!status_.ok()) return std::vector<Term>(num_outputs);
  Node node;
  node.op_type = like.op_type;
  node.domain = like.domain;
  node.since_version = like.since_version;
  for (const Term& input : inputs) node.inputs.push_back(input.id());
  for (const Attribute& attribute : like.attributes) {
    std::visit(
        [&](const auto& value) {
          using T = std::decay_t<decltype(value)>;
          if constexpr (std::is_copy_constructible_v<T> && !std::is_same_v<T, std::vector<std::unique_ptr<Graph>>>) {
            charge(length_of(value) / 32);
            if (status_.ok()) node.attributes.push_back({attribute.name, value});
          } else {
            fail(unimplemented(describe(graph_, id),
                               ": a node with a body cannot be differentiated or evaluated at "
                               "other values; keep control flow out of what 'y' is computed by"));
          }
        },
        attribute.value);
  }
  return add(std::move(node), num_outputs);
}

Term Emitter::constant(Tensor tensor) {
  if (!status_.ok()) return {};
  return term(graph_.add_constant(graph_.intern(concat(name_, "/constant")), std::move(tensor)));
}

void Emitter::assign(ValueId id, Term result) {
  if (!status_.ok()) return;
  const NodeId producer = graph_.value(result.id()).producer;
  graph_.value(result.id()).producer = kNoId;
  graph_.value(id).producer = producer;
  IdList& outputs = graph_.node(producer).outputs;
  std::replace(outputs.begin(), outputs.end(), result.id(), id);
}

Term Emitter::extend_outputs(NodeId id, size_t index, Type type) {
  if (!status_.ok()) return {};
  const ValueId value = graph_.add_value(graph_.intern(concat(name_, "/output")), std::move(type));
  IdList& outputs = graph_.node(id).outputs;
  outputs.resize(std::max(outputs.size(), index + 1), kNoId);
  outputs[index] = value;
  graph_.value(value).producer = id;
  return term(value);
}

}  // namespace mortise::emit
