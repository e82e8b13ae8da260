#include "conformance/generate/exact.h"

#include <algorithm>

#include "conformance/generate/graph_builder.h"
#include "conformance/generate/integer_tensor.h"

namespace mortise::conformance {

std::span<const std::string_view> exact_ops() {
  static constexpr std::string_view kOps[] = {
#define MORTISE_EXACT_OP(op) #op,
#include "conformance/generate/exact.inc"
#undef MORTISE_EXACT_OP
  };
  return kOps;
}

bool has_only_exact_ops(const Graph& graph) {
  const std::span<const std::string_view> ops = exact_ops();
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    const Node& node = graph.node(id);
    bool exact = node.domain.empty() && std::find(ops.begin(), ops.end(), node.op_type.view()) != ops.end();
    for_each_body(node, [&](const Graph& body) { exact = exact && has_only_exact_ops(body); });
    if (!exact) return false;
  }
  return true;
}

Status expect_exact(const SegmentRun& run) {
  for (size_t i = 0; i < run.outputs.size(); ++i) {
    const Tensor& tensor = run.outputs[i].tensor;
    const auto range = run.outputs[i].is_tensor() ? integer_range(tensor) : std::nullopt;
    if (!range || !Interval{range->first, range->second}.within(limits_of(tensor.dtype()))) {
      return invalid_argument(describe_nodes(run.graph, run.segment.nodes), ": output ", i,
                              " has elements that are no small integers");
    }
  }
  return {};
}

}  // namespace mortise::conformance
