// drop_identities: removes nodes whose first output certainly equals their first input, where nobody reads the others.
#include <algorithm>

#include "core/optimize/pass.h"

namespace mortise::optimize {
namespace {

const Tensor* constant_input(const Graph& graph, const Node& node, size_t index) {
  return index < node.inputs.size() && node.inputs[index] != kNoId ? graph.constant(node.inputs[index]) : nullptr;
}

bool has_input(const Node& node, size_t index) { return index < node.inputs.size() && node.inputs[index] != kNoId; }

// Dropout passes its input on, unless it trains.
bool infers(const Graph& graph, const Node& node) {
  if (node.since_version < 7) return node.get_int("is_test", 0) != 0;
  if (node.since_version < 12 || !has_input(node, 2)) return true;
  const Tensor* training = constant_input(graph, node, 2);
  return training != nullptr && training->dtype() == DType::kBool && training->num_elements() == 1 &&
         *training->data<uint8_t>() == 0;
}

// A reshape keeps the number of elements, so one extent may be unknown if the others agree and are not 0.
bool same_shape_by_count(const Type& before, const Type& after) {
  if (!before.dims || !after.dims || before.dims->size() != after.dims->size()) return false;
  int unknown = 0;
  bool zero = false;
  for (size_t i = 0; i < before.dims->size(); ++i) {
    const Dim& a = (*before.dims)[i];
    const Dim& b = (*after.dims)[i];
    if (!is_known(a) || !is_known(b)) {
      ++unknown;
    } else if (a.value != b.value) {
      return false;
    } else {
      zero = zero || a.value == 0;
    }
  }
  return unknown == 0 || (unknown == 1 && !zero);
}

bool keeps_order(const Node& node, const Type& type) {
  const auto* perm = node.get<std::vector<int64_t>>("perm");
  if (perm == nullptr) return type.dims && type.dims->size() <= 1;
  for (size_t i = 0; i < perm->size(); ++i) {
    if ((*perm)[i] != static_cast<int64_t>(i)) return false;
  }
  return true;
}

bool pads_nothing(const Graph& graph, const Node& node) {
  const auto is_zero = [](int64_t pad) { return pad == 0; };
  if (node.since_version < 11) {
    const std::span<const int64_t> pads = node.get_ints("pads");
    return !pads.empty() && std::all_of(pads.begin(), pads.end(), is_zero);
  }
  const Tensor* pads = constant_input(graph, node, 1);
  if (pads == nullptr || pads->dtype() != DType::kI64) return false;
  const auto elements = pads->elements<int64_t>();
  return std::all_of(elements.begin(), elements.end(), is_zero);
}

// As many elements as before in every axis, taken forwards, are all elements in their order.
bool slices_nothing(const Graph& graph, const Node& node, const Type& before, const Type& after) {
  const auto shape = before.static_shape();
  if (!shape || shape != after.static_shape()) return false;
  if (!has_input(node, 4)) return true;
  const Tensor* steps = constant_input(graph, node, 4);
  const auto forwards = [](auto elements) {
    return std::all_of(elements.begin(), elements.end(), [](auto e) { return e > 0; });
  };
  if (steps == nullptr) return false;
  if (steps->dtype() == DType::kI64) return forwards(steps->elements<int64_t>());
  return steps->dtype() == DType::kI32 && forwards(steps->elements<int32_t>());
}

bool is_identity(const Graph& graph, const Node& node) {
  const std::string_view op = node.op_type;
  const Type& before = graph.value(node.inputs[0]).type;
  const Type& after = graph.value(node.outputs[0]).type;
  if (op == "Identity") return true;
  if (op == "Dropout") return infers(graph, node);
  if (op == "Cast") {
    return before.is_tensor() && before.dtype != DType::kUndefined &&
           node.get_int("to", 0) == static_cast<int64_t>(before.dtype);
  }
  if (op == "Reshape" || op == "Flatten" || op == "Squeeze" || op == "Unsqueeze") {
    return before.is_tensor() && same_shape_by_count(before, after);
  }
  if (op == "Transpose") return keeps_order(node, before);
  if (op == "Pad") return pads_nothing(graph, node);
  return op == "Slice" && slices_nothing(graph, node, before, after);
}

}  // namespace

Result<bool> drop_identities(Graph& graph, const PassContext&) {
  const Graph& read = graph;
  Redirections redirections(graph);
  std::vector<NodeId> dropped;
  for (NodeId id = 0; id < read.num_nodes(); ++id) {
    const Node& node = read.node(id);
    if (!node.domain.empty() || !has_input(node, 0) || node.outputs.empty() || node.outputs[0] == kNoId) continue;
    const bool others_read = std::any_of(node.outputs.begin() + 1, node.outputs.end(), [&](ValueId output) {
      return output != kNoId && (read.value(output).is_output || !read.consumers(output).empty());
    });
    if (others_read || !is_identity(read, node)) continue;
    if (redirections.add(node.outputs[0], node.inputs[0])) dropped.push_back(id);
  }
  redirections.apply();
  for (const NodeId id : dropped) graph.erase_node(id);
  return !dropped.empty();
}

}  // namespace mortise::optimize
