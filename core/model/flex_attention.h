// expand_flex_attention: FlexAttention with bodies becomes the nodes that define it, with the bodies' nodes among them.
//
// The standard defines the operator as a function:
//
//   scores = score_mod(scale Q K')    probabilities = prob_mod(Softmax(scores))    Y = probabilities V
//
// Expanded, any provider of MatMul and Softmax runs it, and the bodies are planned like all other nodes. Without bodies
// it stays one node, for a provider that knows it.
#pragma once

#include "core/graph/graph.h"

namespace mortise {

// The graph's types are inferred, and are so afterwards. A node whose element type is not known stays as it is.
// Not thread-safe for one graph.
Status expand_flex_attention(Graph& graph);

}  // namespace mortise
