// Atoms: what the planner moves as one: a node, or a group of nodes that a provider takes together.
//
// An atom has the number of its first node. Edges between atoms stand once for every value that is read across.
#pragma once

#include <span>
#include <vector>

#include "core/base/rows.h"
#include "core/graph/graph.h"

namespace mortise::plan {

struct Atoms {
  std::vector<NodeId> of;  // per node: its atom
  Rows nodes;              // per atom, ascending; empty for a number that is no atom
  Rows before;             // per atom: those it reads from
  Rows after;              // per atom: those that read from it
};

// of: per node, the first node of its group.
Atoms make_atoms(const Graph& graph, std::vector<NodeId> of);

// Per atom: it lies on a cycle, or between two cycles.
std::vector<bool> find_cyclic(const Atoms& atoms);

}  // namespace mortise::plan
