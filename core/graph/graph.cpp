#include "core/graph/graph.h"

#include <algorithm>
#include <queue>

namespace mortise {

const Attribute* Node::find(std::string_view attribute) const {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const Attribute& a) { return a.name == attribute; });
  return found == attributes.end() ? nullptr : &*found;
}

int64_t Node::get_int(std::string_view attribute, int64_t otherwise) const {
  const auto* value = get<int64_t>(attribute);
  return value != nullptr ? *value : otherwise;
}

float Node::get_float(std::string_view attribute, float otherwise) const {
  const auto* value = get<float>(attribute);
  return value != nullptr ? *value : otherwise;
}

std::string_view Node::get_string(std::string_view attribute, std::string_view otherwise) const {
  const auto* value = get<std::string>(attribute);
  return value != nullptr ? std::string_view(*value) : otherwise;
}

std::span<const int64_t> Node::get_ints(std::string_view attribute) const {
  const auto* value = get<std::vector<int64_t>>(attribute);
  return value != nullptr ? std::span<const int64_t>(*value) : std::span<const int64_t>();
}

const Graph* Node::body(std::string_view attribute) const {
  const auto* value = get<std::unique_ptr<Graph>>(attribute);
  return value != nullptr ? value->get() : nullptr;
}

bool Node::has_body() const {
  return std::any_of(attributes.begin(), attributes.end(), [](const Attribute& a) {
    return std::holds_alternative<std::unique_ptr<Graph>>(a.value) ||
           std::holds_alternative<std::vector<std::unique_ptr<Graph>>>(a.value);
  });
}

ValueId Graph::add_value(Symbol value_name, Type type) {
  consumer_begin_.clear();
  ValueInfo& value = values_.emplace_back();
  value.name = value_name;
  value.type = std::move(type);
  return num_values() - 1;
}

ValueId Graph::add_constant(Symbol value_name, Tensor tensor) {
  const ValueId id = add_value(value_name);
  make_constant(id, std::move(tensor));
  return id;
}

void Graph::make_constant(ValueId id, Tensor tensor) {
  consumer_begin_.clear();
  ValueInfo& value = values_[id];
  value.type = Type::tensor(tensor.dtype(), tensor.shape());
  value.producer = kNoId;
  value.constant = static_cast<uint32_t>(constants_.size());
  constants_.push_back(std::move(tensor));
}

NodeId Graph::add_node(Node node) {
  consumer_begin_.clear();
  const NodeId id = num_nodes();
  for (const ValueId output : node.outputs) {
    if (output != kNoId) values_[output].producer = id;
  }
  nodes_.push_back(std::move(node));
  return id;
}

void Graph::erase_node(NodeId id) {
  consumer_begin_.clear();
  for (const ValueId output : nodes_[id].outputs) {
    if (output != kNoId && values_[output].producer == id) values_[output].producer = kNoId;
  }
  nodes_[id] = Node{};
}

void Graph::redirect(std::span<const ValueId> redirect) {
  consumer_begin_.clear();
  const auto follow = [&](ValueId& id) {
    while (id != kNoId && id < redirect.size() && redirect[id] != kNoId) id = redirect[id];
  };
  for (Node& node : nodes_) {
    for (ValueId& input : node.inputs) follow(input);
    for (ValueId& input : node.implicit_inputs) follow(input);
    for_each_body(node, [&](Graph& body) {
      for (ValueInfo& value : body.values_) follow(value.outer);
    });
  }
  for (ValueId& output : outputs) {
    follow(output);
    values_[output].is_output = true;
  }
}

namespace {

// Ids sorted and each once.
void sort_unique(IdList& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

template <class Visit>
void for_each_read(const Node& node, Visit&& visit) {
  for (const ValueId input : node.inputs) {
    if (input != kNoId) visit(input);
  }
  for (const ValueId input : node.implicit_inputs) visit(input);
}

// The nodes that are not erased, in topological order: their own where it is topological already, otherwise the
// smallest ready id first.
Result<std::vector<NodeId>> topological_order(const Graph& graph) {
  std::vector<NodeId> order;
  order.reserve(graph.num_nodes());
  bool sorted = true;
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    if (graph.erased(id)) continue;
    order.push_back(id);
    for_each_read(graph.node(id), [&](ValueId input) {
      const NodeId producer = graph.value(input).producer;
      sorted = sorted && (producer == kNoId || producer < id);
    });
  }
  if (sorted) return order;

  std::vector<uint32_t> waiting(graph.num_nodes(), 0);
  std::vector<std::vector<NodeId>> readers(graph.num_nodes());
  std::priority_queue<NodeId, std::vector<NodeId>, std::greater<>> ready;
  for (const NodeId id : order) {
    for_each_read(graph.node(id), [&](ValueId input) {
      const NodeId producer = graph.value(input).producer;
      if (producer == kNoId) return;
      ++waiting[id];
      readers[producer].push_back(id);
    });
    if (waiting[id] == 0) ready.push(id);
  }
  const size_t num_nodes = order.size();
  std::vector<NodeId> result;
  result.reserve(num_nodes);
  while (!ready.empty()) {
    const NodeId id = ready.top();
    ready.pop();
    result.push_back(id);
    for (const NodeId reader : readers[id]) {
      if (--waiting[reader] == 0) ready.push(reader);
    }
  }
  if (result.size() != num_nodes) {
    const NodeId stuck = *std::find_if(order.begin(), order.end(), [&](NodeId id) { return waiting[id] != 0; });
    return invalid_argument(describe(graph, stuck),
                            " is part of a cycle, or waits for one; a model's nodes must be acyclic");
  }
  return result;
}

}  // namespace

Status Graph::finalize() {
  for (Node& node : nodes_) {
    if (!node.has_body()) continue;
    node.implicit_inputs.clear();
    Status status;
    for_each_body(node, [&](Graph& body) {
      if (status.ok()) status = body.finalize();
      for (const ValueInfo& value : body.values_) {
        if (value.outer != kNoId) node.implicit_inputs.push_back(value.outer);
      }
    });
    if (!status.ok()) return status;
    sort_unique(node.implicit_inputs);
  }
  MORTISE_ASSIGN(const std::vector<NodeId> order, topological_order(*this));

  std::vector<bool> used(values_.size(), false);
  for (const ValueId id : inputs) used[id] = true;
  for (const ValueId id : outputs) used[id] = true;
  for (const NodeId id : order) {
    for_each_read(nodes_[id], [&](ValueId input) { used[input] = true; });
    for (const ValueId output : nodes_[id].outputs) {
      if (output != kNoId) used[output] = true;
    }
  }

  const size_t num_constants = static_cast<size_t>(
      std::count_if(values_.begin(), values_.end(), [](const ValueInfo& value) { return value.constant != kNoId; }));
  const bool all_stay = order.size() == nodes_.size() && std::is_sorted(order.begin(), order.end()) &&
                        num_constants == constants_.size() && std::find(used.begin(), used.end(), false) == used.end();
  if (!all_stay) renumber(order, used);
  for (ValueInfo& value : values_) value.is_input = value.is_output = false;
  for (const ValueId id : inputs) values_[id].is_input = true;
  for (const ValueId id : outputs) values_[id].is_output = true;
  for (NodeId id = 0; id < num_nodes(); ++id) {
    for (const ValueId output : nodes_[id].outputs) {
      if (output != kNoId) values_[output].producer = id;
    }
  }
  index_consumers();
  return {};
}

// Keeps the nodes of `order` and the values that are used.
void Graph::renumber(std::span<const NodeId> order, const std::vector<bool>& used) {
  std::vector<ValueId> new_value(values_.size(), kNoId);
  std::vector<uint32_t> new_constant(constants_.size(), kNoId);
  std::vector<ValueInfo> values;
  std::vector<Tensor> constants;
  for (ValueId id = 0; id < num_values(); ++id) {
    if (!used[id]) continue;
    ValueInfo& value = values_[id];
    if (value.constant != kNoId) {
      uint32_t& renamed = new_constant[value.constant];
      if (renamed == kNoId) {
        renamed = static_cast<uint32_t>(constants.size());
        constants.push_back(std::move(constants_[value.constant]));
      }
      value.constant = renamed;
    }
    new_value[id] = static_cast<ValueId>(values.size());
    values.push_back(std::move(value));
  }
  values_ = std::move(values);
  constants_ = std::move(constants);

  const auto rename = [&](auto& ids) {
    for (ValueId& id : ids) {
      if (id != kNoId) id = new_value[id];
    }
  };
  std::vector<Node> nodes;
  nodes.reserve(order.size());
  for (const NodeId old : order) {
    Node& node = nodes.emplace_back(std::move(nodes_[old]));
    rename(node.inputs);
    rename(node.outputs);
    rename(node.implicit_inputs);
    for_each_body(node, [&](Graph& body) {
      for (ValueInfo& value : body.values_) {
        if (value.outer != kNoId) value.outer = new_value[value.outer];
      }
    });
  }
  nodes_ = std::move(nodes);
  rename(inputs);
  rename(outputs);
}

// In compressed rows: count, sum up, fill. `last` keeps a node from being listed twice for one value.
void Graph::index_consumers() {
  consumer_begin_.assign(values_.size() + 1, 0);
  std::vector<NodeId> last(values_.size(), kNoId);
  for (NodeId id = 0; id < num_nodes(); ++id) {
    for_each_read(nodes_[id], [&](ValueId input) {
      if (std::exchange(last[input], id) != id) ++consumer_begin_[input + 1];
    });
  }
  for (size_t i = 1; i < consumer_begin_.size(); ++i) consumer_begin_[i] += consumer_begin_[i - 1];
  consumers_.resize(consumer_begin_.back());
  std::vector<uint32_t> next(consumer_begin_.begin(), consumer_begin_.end() - 1);
  std::fill(last.begin(), last.end(), kNoId);
  for (NodeId id = 0; id < num_nodes(); ++id) {
    for_each_read(nodes_[id], [&](ValueId input) {
      if (std::exchange(last[input], id) != id) consumers_[next[input]++] = id;
    });
  }
}

Status Graph::validate() const {
  const auto bad = [&](NodeId id, const auto&... parts) {
    return make_error(StatusCode::kInternal, describe(*this, id), ": ", parts...);
  };
  std::vector<bool> is_input(values_.size(), false);
  for (const ValueId id : inputs) is_input[id] = true;
  for (NodeId id = 0; id < num_nodes(); ++id) {
    if (erased(id)) continue;
    const Node& node = nodes_[id];
    IdList implicit_inputs = node.implicit_inputs;
    sort_unique(implicit_inputs);
    Status status;
    for_each_read(node, [&](ValueId input) {
      if (!status.ok()) return;
      if (input >= num_values()) {
        status = bad(id, "input #", input, " does not exist");
        return;
      }
      const ValueInfo& value = values_[input];
      const bool defined =
          value.producer != kNoId || value.constant != kNoId || value.outer != kNoId || is_input[input];
      if (!defined) status = bad(id, "input '", value.name.view(), "' is defined by nothing");
      if (finalized() && value.producer != kNoId && value.producer >= id)
        status = bad(id, "reads '", value.name.view(), "' too early");
    });
    if (!status.ok()) return status;
    for (const ValueId output : node.outputs) {
      if (output != kNoId && (output >= num_values() || values_[output].producer != id)) {
        return bad(id, "output #", output, " has another producer");
      }
    }
    for_each_body(node, [&](const Graph& body) {
      if (!status.ok()) return;
      for (const ValueInfo& value : body.values_) {
        if (value.outer == kNoId) continue;
        if (!std::binary_search(implicit_inputs.begin(), implicit_inputs.end(), value.outer)) {
          status = bad(id, "its body reads '", value.name.view(), "', which is no implicit input");
        }
      }
      if (status.ok()) status = body.validate();
    });
    if (!status.ok()) return status;
  }
  for (const ValueId output : outputs) {
    if (output >= num_values()) return make_error(StatusCode::kInternal, "graph output #", output, " does not exist");
  }
  return {};
}

std::string describe(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  const std::string op = node.op_type.empty() ? "erased" : std::string(node.op_type);
  if (node.name.empty()) return concat("node #", id, " (", op, ")");
  return concat("node '", node.name.view(), "' (", op, ")");
}

std::string describe_nodes(const Graph& graph, std::span<const NodeId> nodes) {
  constexpr size_t kMaxNames = 8;
  std::string text;
  for (size_t i = 0; i < std::min(nodes.size(), kMaxNames); ++i)
    text += (i == 0 ? "" : ", ") + describe(graph, nodes[i]);
  return nodes.size() > kMaxNames ? concat(text, " and ", nodes.size() - kMaxNames, " more") : text;
}

}  // namespace mortise
