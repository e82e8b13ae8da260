// serialize_nodes, serialize_graph: a Graph, or some of its nodes, as the bytes of a self-contained ModelProto; and
// serialize_tensor for its data.
//
// For providers whose compiler eats ONNX files, and for looking at what the passes made. Names are kept where they are
// unique. Thread-safe for graphs that nobody changes.
#pragma once

#include <span>
#include <string>

#include "core/graph/graph.h"

namespace mortise {

// Inputs are the values that the nodes read from outside, outputs those that are read outside, initializers the
// constants they use. The graph is finalized. Fails for an id that does not exist or is there twice, for an operator
// version that the graph's opset imports do not select (it came from a function), and above protobuf's 2 GiB.
Result<std::string> serialize_nodes(const Graph& graph, std::span<const NodeId> nodes);

// The whole graph, with its inputs and outputs in order.
Result<std::string> serialize_graph(const Graph& graph);

// A tensor as the bytes of a TensorProto, as in the data of ONNX's backend tests.
std::string serialize_tensor(const Tensor& tensor);

}  // namespace mortise
