// expand_gradients: replaces Gradient nodes (ai.onnx.preview.training) by nodes that compute the derivatives.
//
// The importer has appended to a Gradient's inputs the values that its attributes xs, zs and y name. What y is computed
// by between them is differentiated in reverse mode (docs/design/gradient.md), with ordinary operators of ai.onnx, so
// that every provider can run the result. A graph without Gradient nodes stays as it is. Not thread-safe for one graph.
#pragma once

#include "core/graph/graph.h"

namespace mortise::gradient {

inline bool is_gradient(const Node& node) {
  return node.op_type == "Gradient" && node.domain == "ai.onnx.preview.training";
}

// The graph is finalized, before and after. Fails, naming the node, where a derivative is not known, and above
// max_nodes, which counts new nodes and those that are looked at for them.
Status expand_gradients(Graph& graph, uint64_t max_nodes);

}  // namespace mortise::gradient
