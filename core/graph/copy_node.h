// Copying one node into another graph, for those who look at a node by itself.
#pragma once

#include "core/graph/graph.h"

namespace mortise {

// What a node is called, and its attributes but for those that are graphs; without inputs and outputs.
inline Node copy_head(const Node& original, Graph& into) {
  Node node;
  node.name = into.intern(original.name.view());
  node.op_type = into.intern(original.op_type.view());
  node.domain = into.intern(original.domain.view());
  node.since_version = original.since_version;
  for (const Attribute& attribute : original.attributes) {
    std::visit(
        [&](const auto& value) {
          using T = std::decay_t<decltype(value)>;
          if constexpr (!std::is_same_v<T, std::unique_ptr<Graph>> &&
                        !std::is_same_v<T, std::vector<std::unique_ptr<Graph>>>) {
            node.attributes.push_back({into.intern(attribute.name.view()), value});
          }
        },
        attribute.value);
  }
  return node;
}

}  // namespace mortise
