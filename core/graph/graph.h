// Graph: the intermediate representation that every stage between import and plan works on.
//
// Nodes and values are dense uint32_t ids in flat vectors; names are interned. A graph is built by import, changed by
// passes, then frozen by finalize(), after which ids are topological and consumers are indexed.
//
// Invariants, checked by validate():
//   1. every value has at most one producer, and its producer lists it among its outputs;
//   2. an input is a value of this graph, or kNoId where an optional input is left out;
//   3. a value is a graph input, a constant, an outer-scope value, or has a producer (a constant may be a graph input
//   with
//      a default);
//   4. the nodes are acyclic; after finalize() a node's id is above those of the producers of its inputs;
//   5. an outer-scope value of a body names a value of the enclosing graph, and that value is among the implicit inputs
//      of the node that has the body.
//
// Not thread-safe while it is changed; any number of readers afterwards.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/graph/string_table.h"
#include "core/graph/type.h"
#include "mortise/sdk/result.h"
#include "mortise/sdk/tensor.h"

namespace mortise {

using NodeId = uint32_t;
using ValueId = uint32_t;
inline constexpr uint32_t kNoId = MORTISE_NO_ID;

class Graph;

struct SparseTensor {
  Tensor values;
  Tensor indices;
  Shape shape;
};

// The alternatives stand in the order of ONNX's AttributeProto.AttributeType, whose number is the index.
using AttributeValue =
    std::variant<std::monostate, float, int64_t, std::string, Tensor, std::unique_ptr<Graph>, std::vector<float>,
                 std::vector<int64_t>, std::vector<std::string>, std::vector<Tensor>,
                 std::vector<std::unique_ptr<Graph>>, SparseTensor, std::vector<SparseTensor>, Type, std::vector<Type>>;

struct Attribute {
  Symbol name;
  AttributeValue value;
};

using IdList = boost::container::small_vector<uint32_t, 3>;

struct Node {
  Symbol name;
  Symbol op_type;
  Symbol domain;  // "" for ai.onnx
  int32_t since_version = 0;
  IdList inputs;
  IdList outputs;
  IdList implicit_inputs;  // values of this graph that the bodies read, each once
  std::vector<Attribute> attributes;

  const Attribute* find(std::string_view attribute) const;
  template <class T>
  const T* get(std::string_view attribute) const {
    const Attribute* found = find(attribute);
    return found != nullptr ? std::get_if<T>(&found->value) : nullptr;
  }
  int64_t get_int(std::string_view attribute, int64_t otherwise) const;
  float get_float(std::string_view attribute, float otherwise) const;
  std::string_view get_string(std::string_view attribute, std::string_view otherwise) const;
  std::span<const int64_t> get_ints(std::string_view attribute) const;
  const Graph* body(std::string_view attribute) const;
  bool has_body() const;
};

struct ValueInfo {
  Symbol name;
  Type type;
  NodeId producer = kNoId;
  uint32_t constant = kNoId;  // index into constants(); of an input: its default
  ValueId outer = kNoId;      // the value of the enclosing graph that this one stands for
  bool is_input = false;
  bool is_output = false;
};

struct Opset {
  Symbol domain;
  int64_t version = 0;
};

class Graph {
 public:
  explicit Graph(std::shared_ptr<StringTable> strings) : strings_(std::move(strings)) {}
  Graph(Graph&&) = default;
  Graph& operator=(Graph&&) = default;

  Symbol intern(std::string_view text) { return strings_->intern(text); }
  const std::shared_ptr<StringTable>& strings() const { return strings_; }

  Symbol name;
  std::vector<Opset> opsets;     // as the model imports them; the same in every body
  std::vector<ValueId> inputs;   // in the model's order
  std::vector<ValueId> outputs;  // in the model's order; a value may appear more than once
  std::vector<Symbol>
      output_names;  // as the model calls them; passes may redirect an output to a value of another name

  // --- Reading
  uint32_t num_nodes() const { return static_cast<uint32_t>(nodes_.size()); }
  uint32_t num_values() const { return static_cast<uint32_t>(values_.size()); }
  const Node& node(NodeId id) const { return nodes_[id]; }
  const ValueInfo& value(ValueId id) const { return values_[id]; }
  std::span<const Tensor> constants() const { return constants_; }
  // Null if the value is not constant; a graph input with a default is not.
  const Tensor* constant(ValueId id) const { return values_[id].is_input ? nullptr : default_value(id); }
  // The content of a constant, or of a graph input when the caller gives none; null if there is none.
  const Tensor* default_value(ValueId id) const {
    return values_[id].constant == kNoId ? nullptr : &constants_[values_[id].constant];
  }
  // Nodes that read the value, ascending, each once, implicit reads included. Only after finalize().
  std::span<const NodeId> consumers(ValueId id) const {
    return {consumers_.data() + consumer_begin_[id], consumer_begin_[id + 1] - consumer_begin_[id]};
  }
  bool finalized() const { return !consumer_begin_.empty(); }

  // --- Changing; each undoes finalize()
  void reserve(size_t nodes, size_t values) {
    nodes_.reserve(nodes);
    values_.reserve(values);
  }
  Node& node(NodeId id) { return nodes_[id]; }
  ValueInfo& value(ValueId id) { return values_[id]; }
  ValueId add_value(Symbol value_name, Type type = {});
  ValueId add_constant(Symbol value_name, Tensor tensor);  // type from the tensor
  void make_constant(ValueId id, Tensor tensor);           // the value loses its producer
  // Sets the producer of its outputs.
  NodeId add_node(Node node);
  // Marks a node for removal by finalize(); its outputs lose their producer.
  void erase_node(NodeId id);
  bool erased(NodeId id) const { return nodes_[id].op_type.empty(); }
  // Makes every reader of `from` (nodes, bodies, graph outputs) read `to` instead, for all pairs at once:
  // redirect[from] is `to`, or kNoId to keep. Chains are followed. Linear in the graph.
  void redirect(std::span<const ValueId> redirect);

  // Drops erased nodes and values that nothing names, sorts topologically (stable: an order that is topological already
  // stays), renumbers nodes and values, indexes consumers, recomputes implicit inputs; bodies too. Fails, naming a node
  // of the cycle, if there is one.
  Status finalize();

  // Checks the invariants above; the error names the first that does not hold. For tests and after every pass in
  // developer builds.
  Status validate() const;

 private:
  void renumber(std::span<const NodeId> order, const std::vector<bool>& used);
  void index_consumers();

  std::shared_ptr<StringTable> strings_;
  std::vector<Node> nodes_;
  std::vector<ValueInfo> values_;
  std::vector<Tensor> constants_;
  std::vector<uint32_t> consumer_begin_;
  std::vector<NodeId> consumers_;
};

// "node 'conv1' (Conv)", or "node #12 (Conv)" where it has no name: the subject of error sentences.
std::string describe(const Graph& graph, NodeId id);
// The first nodes described, and how many more there are.
std::string describe_nodes(const Graph& graph, std::span<const NodeId> nodes);

// Calls visit(Graph&) for every body of the node.
template <class NodeType, class Visit>
void for_each_body(NodeType& node, Visit&& visit) {
  for (auto& attribute : node.attributes) {
    if (auto* graph = std::get_if<std::unique_ptr<Graph>>(&attribute.value)) visit(**graph);
    if (auto* graphs = std::get_if<std::vector<std::unique_ptr<Graph>>>(&attribute.value)) {
      for (auto& graph : *graphs) visit(*graph);
    }
  }
}

}  // namespace mortise
