// The part of a graph that a Gradient differentiates: the nodes between its independent values and 'y'.
#pragma once

#include <unordered_map>
#include <unordered_set>

#include "core/emit/emitter.h"

namespace mortise::gradient {

using emit::Emitter;

struct Subgraph {
  std::vector<NodeId> nodes;  // topological order
  ValueId y;
};

// What `y` is computed by, down to values that are independent.
Subgraph find_subgraph(Emitter& emitter, ValueId y, const std::unordered_set<ValueId>& independent);

// The same computation with other values for some: nodes that depend on one that is replaced are copied. `replaced`
// gets the copies of what they write.
Subgraph replace_values(Emitter& emitter, const Subgraph& original, std::unordered_map<ValueId, ValueId>& replaced);

}  // namespace mortise::gradient
