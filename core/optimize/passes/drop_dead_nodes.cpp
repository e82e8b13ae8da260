// drop_dead_nodes: removes nodes none of whose results reaches an output of the graph.
#include <algorithm>

#include "core/optimize/pass.h"

namespace mortise::optimize {

Result<bool> drop_dead_nodes(Graph& graph, const PassContext&) {
  std::vector<bool> needed(graph.num_values(), false);
  for (const ValueId output : graph.outputs) needed[output] = true;
  std::vector<NodeId> dead;
  // Readers come after producers, so one walk from the end sees every reader first.
  for (NodeId id = graph.num_nodes(); id-- > 0;) {
    const Node& node = std::as_const(graph).node(id);
    const bool alive = std::any_of(node.outputs.begin(), node.outputs.end(),
                                   [&](ValueId output) { return output != kNoId && needed[output]; });
    if (!alive) {
      dead.push_back(id);
      continue;
    }
    for (const ValueId input : node.inputs) {
      if (input != kNoId) needed[input] = true;
    }
    for (const ValueId input : node.implicit_inputs) needed[input] = true;
  }
  for (const NodeId id : dead) graph.erase_node(id);
  return !dead.empty();
}

}  // namespace mortise::optimize
