// A graph built by hand for tests of inference: each call adds one thing; types() infers and reads back by name.
#pragma once

#include <map>
#include <string>

#include "core/graph/graph.h"
#include "core/infer/infer.h"
#include "core/infer/operator_table.h"

namespace mortise {

class GraphBuilder {
 public:
  GraphBuilder() : graph(std::make_shared<StringTable>()) {}

  Dim symbol(std::string_view name) { return symbolic_dim(graph.intern(name)); }
  ValueId input(std::string_view name, DType dtype, std::optional<Dims> dims) {
    graph.inputs.push_back(graph.add_value(graph.intern(name), Type::tensor(dtype, std::move(dims))));
    return graph.inputs.back();
  }
  ValueId ints(std::initializer_list<int64_t> elements) {
    return graph.add_constant({}, Tensor::of<int64_t>({static_cast<int64_t>(elements.size())}, elements));
  }
  ValueId scalar(int64_t element) { return graph.add_constant({}, Tensor::of<int64_t>({}, {element})); }
  ValueId node(std::string_view op_type, IdList inputs, std::map<std::string, int64_t> attributes = {},
               std::map<std::string, std::vector<int64_t>> lists = {}, Type declared = {}) {
    Node node;
    node.op_type = graph.intern(op_type);
    node.since_version = infer::since_version("", op_type, opset).value_or(0);
    node.inputs = std::move(inputs);
    node.outputs = {graph.add_value(graph.intern("out"), std::move(declared))};
    for (auto& [name, value] : attributes) node.attributes.push_back({graph.intern(name), value});
    for (auto& [name, value] : lists) node.attributes.push_back({graph.intern(name), value});
    const ValueId output = node.outputs[0];
    graph.add_node(std::move(node));
    graph.outputs = {output};
    return output;
  }
  // The inferred type of the last node's output, or the error.
  std::string infer() {
    Status status = graph.finalize();
    if (status.ok()) status = infer_types(graph);
    return status.ok() ? to_string(graph.value(graph.outputs[0]).type) : "error: " + status.message();
  }

  Graph graph;
  int32_t opset = 28;  // of the nodes that are added
};

}  // namespace mortise
