// interpret_control_flow(): If, Loop, Scan (version 8 too) and SequenceMap, body by body.
//
// Part of the mixed run (mixed_run.h), which runs the bodies. Thread-safe.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/graph/graph.h"
#include "mortise/sdk/value.h"

namespace mortise::conformance {

// Runs the body in this attribute on the values of its own inputs; gives its outputs.
using RunBody = std::function<Result<std::vector<Value>>(std::string_view attribute, std::span<const Value> inputs)>;

// The node's outputs. inputs: one per input of the node, a default Value where it is left out. Fails, naming the node,
// where the values do not fit the operator.
Result<std::vector<Value>> interpret_control_flow(const Graph& graph, NodeId id, std::span<const Value> inputs,
                                                  const RunBody& run_body);

}  // namespace mortise::conformance
