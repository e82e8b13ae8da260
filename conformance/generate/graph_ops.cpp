#include "conformance/generate/graph_ops.h"

namespace mortise::conformance {

namespace graph_op {
#define MORTISE_GRAPH_OP(name, weight) void add_##name(GraphBuilder& builder);
#include "conformance/generate/graph_ops.inc"
#undef MORTISE_GRAPH_OP
}  // namespace graph_op

std::span<const GraphOp> graph_ops() {
  static constexpr GraphOp kOps[] = {
#define MORTISE_GRAPH_OP(name, weight) {#name, weight, graph_op::add_##name},
#include "conformance/generate/graph_ops.inc"
#undef MORTISE_GRAPH_OP
  };
  return kOps;
}

}  // namespace mortise::conformance
