// Type inference: sets what is known of every value of a graph before the run, from the inputs onwards.
//
// Symbols of graph inputs ("batch") travel through the operators; small integer tensors that compute shapes are
// followed by content, so that Reshape(x, Concat(Shape(y)...)) has a known result. Declared types are merged with
// inferred ones, and a contradiction is an error that names node, value and both types. Operators that the table does
// not know keep the declared types of their outputs. Linear in the graph. Not thread-safe for one graph; reentrant for
// distinct ones.
#pragma once

#include <span>
#include <vector>

#include "core/graph/graph.h"

namespace mortise {

// Sets the type of every value of a finalized graph and of its bodies.
Status infer_types(Graph& graph);

// The types of all values, by id, if the graph's inputs have these types; one per graph input. Changes nothing. Symbols
// that the graph's input types declare are replaced wherever they appear.
Result<std::vector<Type>> infer_with_inputs(const Graph& graph, std::span<const Type> input_types);

}  // namespace mortise
