// merge_duplicates: nodes that compute the same from the same inputs become one.
#include <algorithm>
#include <bit>
#include <cstring>

#include "core/optimize/pass.h"

namespace mortise::optimize {
namespace {

bool same_bits(const void* a, const void* b, size_t size) { return size == 0 || std::memcmp(a, b, size) == 0; }

// Equal down to the bits, so that 0 and -0 stay apart and a NaN equals itself. Kinds that no pure operator has (graphs,
// sparse tensors, types) are never equal.
bool same(const AttributeValue& a, const AttributeValue& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&](const auto& left) {
        using T = std::decay_t<decltype(left)>;
        const T& right = *std::get_if<T>(&b);
        if constexpr (std::is_same_v<T, float>) {
          return same_bits(&left, &right, sizeof left);
        } else if constexpr (std::is_same_v<T, std::vector<float>>) {
          return left.size() == right.size() && same_bits(left.data(), right.data(), left.size() * sizeof(float));
        } else if constexpr (std::is_same_v<T, Tensor>) {
          return left.dtype() == right.dtype() && left.shape() == right.shape() && left.dtype() != DType::kString &&
                 same_bits(left.raw(), right.raw(), left.size_bytes());
        } else if constexpr (std::is_same_v<T, int64_t> || std::is_same_v<T, std::string> ||
                             std::is_same_v<T, std::vector<int64_t>> || std::is_same_v<T, std::vector<std::string>>) {
          return left == right;
        } else {
          return false;
        }
      },
      a);
}

bool same(const Node& a, const Node& b) {
  if (a.op_type != b.op_type || a.domain != b.domain || a.since_version != b.since_version) return false;
  if (a.inputs != b.inputs || a.outputs.size() != b.outputs.size() || a.attributes.size() != b.attributes.size())
    return false;
  for (size_t i = 0; i < a.outputs.size(); ++i) {
    if ((a.outputs[i] == kNoId) != (b.outputs[i] == kNoId)) return false;
  }
  return std::all_of(a.attributes.begin(), a.attributes.end(), [&](const Attribute& attribute) {
    const Attribute* other = b.find(attribute.name);
    return other != nullptr && same(attribute.value, other->value);
  });
}

size_t mix(size_t seed, size_t more) { return seed ^ (more + 0x9e3779b97f4a7c15u + (seed << 6) + (seed >> 2)); }

size_t hash(const Node& node) {
  const std::hash<std::string_view> text;
  size_t result = text(node.op_type);
  for (const ValueId input : node.inputs) result = mix(result, input);
  size_t attributes = 0;  // a sum: their order does not matter
  for (const Attribute& attribute : node.attributes) {
    size_t one = text(attribute.name);
    if (const auto* number = std::get_if<int64_t>(&attribute.value)) one = mix(one, static_cast<size_t>(*number));
    if (const auto* string = std::get_if<std::string>(&attribute.value)) one = mix(one, text(*string));
    if (const auto* numbers = std::get_if<std::vector<int64_t>>(&attribute.value)) {
      for (const int64_t number : *numbers) one = mix(one, static_cast<size_t>(number));
    }
    attributes += one;
  }
  return mix(result, attributes);
}

// The nodes seen so far, by hash: a table of chains without an allocation per node.
class Seen {
 public:
  explicit Seen(const Graph& graph)
      : graph_(graph), first_(std::bit_ceil(size_t{graph.num_nodes()} + 1), kNoId), chained_(graph.num_nodes()) {}

  // A node that is the same as this one; otherwise this one is remembered, and the answer is kNoId.
  NodeId find_or_add(NodeId id) {
    const Node& node = graph_.node(id);
    const size_t hash_of_node = hash(node);
    NodeId& first = first_[hash_of_node & (first_.size() - 1)];
    size_t length = 0;
    for (NodeId other = first; other != kNoId; other = chained_[other].next) {
      if (++length == kMaxChain) return kNoId;
      if (chained_[other].hash == hash_of_node && same(graph_.node(other), node)) return other;
    }
    chained_[id] = {hash_of_node, first};
    first = id;
    return kNoId;
  }

 private:
  // So many nodes are looked at, so that the pass stays linear whatever they are.
  static constexpr size_t kMaxChain = 32;
  struct Chained {
    size_t hash = 0;
    NodeId next = kNoId;
  };

  const Graph& graph_;
  std::vector<NodeId> first_;  // a power of two of them
  std::vector<Chained> chained_;
};

}  // namespace

Result<bool> merge_duplicates(Graph& graph, const PassContext&) {
  Redirections redirections(graph);
  Seen seen(graph);
  std::vector<NodeId> merged;
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    Node& node = graph.node(id);
    if (!is_pure(node)) continue;
    for (ValueId& input : node.inputs) input = redirections.find(input);
    const NodeId first = seen.find_or_add(id);
    if (first == kNoId) continue;
    // Two outputs of the graph stay two values.
    const bool is_output = std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId output) {
      return output != kNoId && std::as_const(graph).value(output).is_output;
    });
    if (is_output) continue;
    const IdList& kept = graph.node(first).outputs;
    for (size_t i = 0; i < kept.size(); ++i) {
      if (kept[i] != kNoId) redirections.add(node.outputs[i], kept[i]);
    }
    merged.push_back(id);
  }
  redirections.apply();
  for (const NodeId id : merged) graph.erase_node(id);
  return !merged.empty();
}

}  // namespace mortise::optimize
