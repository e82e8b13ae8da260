// OpModel: one node of an operator with its inputs' values: the smallest graph there is, made without a file.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/abi_graph.h"
#include "core/graph/graph.h"
#include "mortise/sdk/value.h"

namespace mortise::conformance {

struct OpInput {
  Value value;            // kNone: the optional input is left out
  bool constant = false;  // an initializer instead of an input of the graph
};

struct OpModel {
  std::string domain;  // "" for ai.onnx
  std::string op;
  int32_t opset = 0;  // of the domain; decides the operator's version
  std::vector<std::pair<std::string, AttributeValue>> attributes;
  std::vector<OpInput> inputs;
  uint32_t num_outputs = 1;
  std::vector<uint32_t> left_out = {};  // indices of outputs that are not there
  bool symbolic = false;                // extents of inputs are unknown before the run
};

// A graph and its view, which providers read.
struct OpGraph {
  Graph graph;
  std::unique_ptr<AbiGraph> view;
  std::vector<Value> inputs;  // of the graph, in its order
};

// Attribute values, which may own graphs, are moved into the graph. Fails if the model is not valid ONNX: unknown
// operator, wrong types, wrong shapes.
Result<std::unique_ptr<OpGraph>> make_graph(OpModel model);

}  // namespace mortise::conformance
