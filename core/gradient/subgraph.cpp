#include "core/gradient/subgraph.h"

#include <algorithm>

namespace mortise::gradient {

using emit::Term;

// Depth first without recursion: a node is listed when all that it reads has been.
Subgraph find_subgraph(Emitter& emitter, ValueId y, const std::unordered_set<ValueId>& independent) {
  const Graph& graph = emitter.graph();
  Subgraph found{.nodes = {}, .y = y};
  std::unordered_set<NodeId> seen;
  std::vector<std::pair<NodeId, size_t>> open;  // with how many of its inputs have been visited
  const auto visit = [&](ValueId id) {
    if (id == kNoId || independent.contains(id)) return;
    const NodeId producer = graph.value(id).producer;
    if (producer != kNoId && seen.insert(producer).second) open.emplace_back(producer, 0);
  };
  visit(y);
  while (!open.empty()) {
    const NodeId id = open.back().first;
    const Node& node = graph.node(id);
    const size_t next = open.back().second++;
    if (next < node.inputs.size()) {
      visit(node.inputs[next]);
    } else if (next < node.inputs.size() + node.implicit_inputs.size()) {
      visit(node.implicit_inputs[next - node.inputs.size()]);
    } else {
      found.nodes.push_back(id);
      emitter.charge(1 + (node.inputs.size() + node.implicit_inputs.size()) / 32);
      open.pop_back();
    }
  }
  return found;
}

Subgraph replace_values(Emitter& emitter, const Subgraph& original, std::unordered_map<ValueId, ValueId>& replaced) {
  const Graph& graph = emitter.graph();
  const auto current = [&](ValueId id) {
    const auto found = replaced.find(id);
    return found == replaced.end() ? id : found->second;
  };
  Subgraph result;
  for (const NodeId id : original.nodes) {
    const Node& node = graph.node(id);
    const auto is_replaced = [&](ValueId input) { return replaced.contains(input); };
    if (std::none_of(node.inputs.begin(), node.inputs.end(), is_replaced) &&
        std::none_of(node.implicit_inputs.begin(), node.implicit_inputs.end(), is_replaced)) {
      result.nodes.push_back(id);
      continue;
    }
    std::vector<Term> inputs;
    for (const ValueId input : node.inputs) inputs.push_back(emitter.term(current(input)));
    const IdList outputs = node.outputs;
    const std::vector<Term> copies = emitter.add_like(id, inputs);
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i] != kNoId) replaced.try_emplace(outputs[i], copies[i].id());
    }
    if (emitter.status().ok()) result.nodes.push_back(graph.num_nodes() - 1);
  }
  result.y = current(original.y);
  return result;
}

}  // namespace mortise::gradient
