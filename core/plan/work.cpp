#include "core/plan/work.h"

#include <algorithm>

namespace mortise::plan {
namespace {

std::optional<Shape> shape_of(const Graph& graph, const IdList& values, size_t index) {
  if (index >= values.size() || values[index] == kNoId) return std::nullopt;
  return graph.value(values[index]).type.static_shape();
}

// In floating point, so that no shape overflows.
double product(std::span<const int64_t> dims) {
  double result = 1;
  for (const int64_t dim : dims) result *= static_cast<double>(dim);
  return result;
}

double elements(const Graph& graph, const Node& node) {
  double sum = 0;
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (const auto shape = shape_of(graph, node.outputs, i)) sum += product(*shape);
  }
  return std::max(sum, 1.0);
}

// Multiply-adds behind one element of the first output; nothing for other operators and unknown shapes.
std::optional<double> depth(const Graph& graph, const Node& node) {
  if (!node.domain.empty()) return std::nullopt;
  if (node.op_type == "Conv") {
    const auto weight = shape_of(graph, node.inputs, 1);
    if (!weight || weight->size() < 2) return std::nullopt;
    return product(std::span<const int64_t>(*weight).subspan(1));
  }
  if (node.op_type == "Gemm" || node.op_type == "MatMul") {
    const auto left = shape_of(graph, node.inputs, 0);
    if (!left || left->empty()) return std::nullopt;
    const bool transposed = node.op_type == "Gemm" && node.get_int("transA", 0) != 0;
    return static_cast<double>(*(transposed ? left->begin() : left->end() - 1));
  }
  return std::nullopt;
}

}  // namespace

double estimated_work(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  return elements(graph, node) * 2 * depth(graph, node).value_or(0.5);
}

std::optional<uint64_t> static_bytes(const Graph& graph, ValueId id) {
  const Type& type = graph.value(id).type;
  const auto shape = type.static_shape();
  if (!shape || type.dtype == DType::kString || !is_known(type.dtype)) return std::nullopt;
  const auto count = checked_num_elements(*shape);
  return count ? size_in_bytes(type.dtype, static_cast<uint64_t>(*count)) : std::nullopt;
}

}  // namespace mortise::plan
