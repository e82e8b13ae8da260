// Graphs of several nodes, for cases about claim() and compile().
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "conformance/generate/op_model.h"

namespace mortise::conformance::abi {

// Builds a graph node by node, in topological order.
class GraphBuilder {
 public:
  GraphBuilder();

  // An input of the graph, which runs get as it is here.
  ValueId input(const Tensor& value);
  // An input of which this is known; runs have nothing for it.
  ValueId input(Type type);
  ValueId constant(Tensor value);
  // A node, and its only output. name: of the node, or empty.
  ValueId add(std::string_view op, std::initializer_list<ValueId> inputs, std::vector<Attribute> attributes = {},
              std::string_view domain = "", std::string_view name = "node");
  Attribute attribute(std::string_view name, AttributeValue value);
  Graph& graph() { return made_->graph; }

  // The graph with these outputs, its types inferred. Throws where that fails: graphs of the suite are right.
  std::unique_ptr<OpGraph> finish(std::span<const ValueId> outputs);

 private:
  std::unique_ptr<OpGraph> made_;
  uint32_t names_ = 0;
};

// All candidates of workload.h as nodes of one graph that have nothing to do with one another. order: the candidates'
// numbers; node k is candidate order[k]. prefix: begins every name.
std::unique_ptr<OpGraph> bouquet(std::span<const uint32_t> order, std::string_view prefix);
// The numbers of the candidates, ascending.
std::vector<uint32_t> candidate_numbers();

// A small convolutional network in float: what providers like to fuse. every_value: all values are outputs.
std::unique_ptr<OpGraph> network(bool every_value);

// Graphs that a model may contain and a provider may not expect: no nodes, operators that nobody knows, types that are
// not known, names that are empty or long. For claim() only: nobody can run them.
struct OddGraph {
  const char* name;  // "a graph without nodes"
  std::unique_ptr<OpGraph> graph;
};
std::vector<OddGraph> odd_graphs();

}  // namespace mortise::conformance::abi
