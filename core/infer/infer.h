// Type inference: sets what is known of every value of a graph before the run, from the inputs onwards.
//
// Symbols of graph inputs ("batch") travel through the operators; small integer tensors that compute shapes are
// followed by content, so that Reshape(x, Concat(Shape(y)...)) has a known result. Declared types are merged with
// inferred ones, and a contradiction is an error that names node, value and both types. Operators that the table does
// not know keep the declared types of their outputs. Linear in the graph. Not thread-safe for one graph; reentrant for
// distinct ones.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/graph/graph.h"

namespace mortise {

namespace infer {
class CustomOperators;
class Engine;
}  // namespace infer

// Sets the type of every value of a finalized graph and of its bodies.
// `custom`: operators beside the standard's; null for none.
Status infer_types(Graph& graph, const infer::CustomOperators* custom = nullptr);

// Types of a graph's values while nodes are added to it, for what has to look at types as it goes.
class GrowingInference {
 public:
  explicit GrowingInference(Graph& graph);
  ~GrowingInference();
  // infer_types(); first.
  Status start();
  // Sets the types of values that are new, after nodes from `first` on have been added, each below its readers.
  Status extend(NodeId first);

 private:
  Graph& graph_;
  std::unique_ptr<infer::Engine> engine_;
};

// The types of all values, by id, if the graph's inputs have these types; one per graph input, and in a body after them
// one per value of an outer graph that it reads, in the order of their ids. Changes nothing. Symbols that the graph's
// input types declare are replaced wherever they appear.
Result<std::vector<Type>> infer_with_inputs(const Graph& graph, std::span<const Type> input_types,
                                            const infer::CustomOperators* custom = nullptr);

}  // namespace mortise
