#include "tests/support/run_op.h"

#include <algorithm>

#include "providers/reference/entry.h"

namespace mortise::test {

Result<std::vector<Value>> run_op(const OpTest& test) {
  TestHost host(test.threads);
  TestGraph graph;
  TestNode node{
      .op = test.op, .domain = test.domain, .version = test.version, .attributes = test.attributes, .name = "n"};
  std::vector<Value> run_inputs;
  for (uint32_t i = 0; i < test.inputs.size(); ++i) {
    const Value& input = test.inputs[i];
    if (input.kind == ValueKind::kNone) {
      node.inputs.push_back(sdk::kNoId);
    } else if (std::find(test.constants.begin(), test.constants.end(), i) != test.constants.end()) {
      node.inputs.push_back(graph.add_constant(input.tensor));
    } else {
      node.inputs.push_back(graph.add_input(input));
      run_inputs.push_back(input);
    }
  }
  for (uint32_t i = 0; i < test.num_outputs; ++i) {
    if (std::find(test.left_out.begin(), test.left_out.end(), i) != test.left_out.end()) {
      node.outputs.push_back(sdk::kNoId);
      continue;
    }
    const DType dtype = i < test.output_dtypes.size() ? test.output_dtypes[i] : DType::kUndefined;
    node.outputs.push_back(graph.add_value(dtype));
    graph.add_output(node.outputs.back());
  }
  graph.add_node(std::move(node));
  MORTISE_ASSIGN(const auto session,
                 TestSession::open(host, graph, reference::entry(), "org.mortise.reference", test.options));
  return session->run(run_inputs);
}

std::vector<std::string> strings(const Value& value) {
  std::vector<std::string> all;
  for (const mortise_string_t& s : value.tensor.elements<mortise_string_t>()) all.emplace_back(s.data, s.size);
  return all;
}

}  // namespace mortise::test
