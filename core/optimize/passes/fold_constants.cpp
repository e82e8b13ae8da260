// fold_constants: replaces nodes whose inputs are all constant by their results.
//
// Only where the types say beforehand how large the results are, so that a small model cannot become a huge one.
// Results that are outputs of the graph stay computed: an output is then never memory that runs share.
#include <algorithm>

#include "core/optimize/pass.h"

namespace mortise::optimize {
namespace {

// Nothing if a result is no tensor of numbers, or of unknown size.
std::optional<uint64_t> result_bytes(const Graph& graph, const Node& node) {
  uint64_t total = 0;
  for (const ValueId output : node.outputs) {
    if (output == kNoId) continue;
    const ValueInfo& value = graph.value(output);
    const auto shape = value.type.static_shape();
    if (!shape || value.is_output || value.type.dtype == DType::kString) return std::nullopt;
    const auto bytes = Tensor::storage_size(value.type.dtype, *shape);
    if (!bytes.ok() || *bytes > UINT64_MAX - total) return std::nullopt;
    total += *bytes;
  }
  return total;
}

bool can_fold(const Graph& graph, const Node& node) {
  if (node.inputs.empty() || !is_pure(node)) return false;
  return std::all_of(node.inputs.begin(), node.inputs.end(),
                     [&](ValueId input) { return input == kNoId || graph.constant(input) != nullptr; });
}

// The evaluator's word is checked against what inference proved.
bool matches(const Graph& graph, const Node& node, const std::vector<Tensor>& results) {
  if (results.size() != node.outputs.size()) return false;
  for (size_t i = 0; i < results.size(); ++i) {
    if (node.outputs[i] == kNoId) continue;
    const Type& type = graph.value(node.outputs[i]).type;
    if (results[i].dtype() != type.dtype || results[i].shape() != *type.static_shape()) return false;
  }
  return true;
}

}  // namespace

Result<bool> fold_constants(Graph& graph, const PassContext& context) {
  if (!context.evaluate) return false;
  const Graph& read = graph;
  bool changed = false;
  for (NodeId id = 0; id < read.num_nodes(); ++id) {
    if (!can_fold(read, read.node(id))) continue;
    const std::optional<uint64_t> bytes = result_bytes(read, read.node(id));
    if (!bytes || *bytes > context.max_folded_bytes - context.folded_bytes) continue;
    Result<std::vector<Tensor>> results = context.evaluate(read, id);
    if (!results.ok() || !matches(read, read.node(id), *results)) continue;
    const IdList outputs = read.node(id).outputs;
    graph.erase_node(id);
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i] != kNoId) graph.make_constant(outputs[i], std::move((*results)[i]));
    }
    context.folded_bytes += *bytes;
    changed = true;
  }
  return changed;
}

}  // namespace mortise::optimize
