// cut_into_segments(): which nodes of a graph run together, and who runs them.
//
// The suite's own partitioner, so that a fault of the core's cannot hide one of a provider. The sets that the device
// takes are contracted to one group each, the groups are sorted topologically in an order that chance decides, and
// neighbours in it with the same owner become one segment. So every segment is convex: no path leaves it and comes back.
#pragma once

#include <vector>

#include "conformance/engine/random.h"
#include "core/graph/graph.h"

namespace mortise::conformance {

enum class Owner : uint8_t {
  kOracle,
  kDevice,
  kInterpreter,  // control flow that nobody claimed: its bodies are run one by one; always a segment alone
};

struct Segment {
  Owner owner = Owner::kOracle;
  std::vector<NodeId> nodes;  // ascending, which is topological
};

// Every node in exactly one segment, in an order in which they can run. sets: what the device takes, disjoint; a set that
// would make a cycle when it is contracted cannot be taken whole and is left to the oracle.
std::vector<Segment> cut_into_segments(const Graph& graph, const std::vector<std::vector<NodeId>>& sets,
                                       Random& random);

// One segment per node, all of the oracle but control flow: every value can be seen.
std::vector<Segment> cut_into_nodes(const Graph& graph);

// If, Loop, Scan, SequenceMap: what control_flow.h interprets.
bool is_control_flow(const Node& node);

}  // namespace mortise::conformance
