// TestGraph: a graph of a few nodes built by hand and seen through the ABI, for tests of providers without the core.
//
// Not checked for sense: a test may build a graph that no host would. Not thread-safe while it is built.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mortise/sdk/graph_view.h"
#include "mortise/sdk/value.h"

namespace mortise::test {

using AttributeValue = std::variant<int64_t, float, std::string, Tensor, std::vector<int64_t>, std::vector<float>,
                                    std::vector<std::string>>;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

// The attributes without one of them, or with this value for it.
Attributes without(Attributes attributes, std::string_view name);
Attributes with(Attributes attributes, const std::string& name, AttributeValue value);

struct TestNode {
  std::string op;
  std::string domain;
  int32_t version = 1;
  Attributes attributes;
  std::vector<uint32_t> inputs;   // value ids or sdk::kNoId
  std::vector<uint32_t> outputs;  // value ids or sdk::kNoId
  std::string name;
};

class TestGraph {
 public:
  TestGraph();
  TestGraph(const TestGraph&) = delete;
  TestGraph& operator=(const TestGraph&) = delete;

  // A value of unknown type, or a tensor of a known element type.
  uint32_t add_value(DType dtype = DType::kUndefined);
  // An input of the graph with the type (not the shape) of a value.
  uint32_t add_input(const Value& like);
  uint32_t add_constant(Tensor tensor);
  uint32_t add_node(TestNode node);
  void add_output(uint32_t value) { outputs_.push_back(value); }

  const mortise_graph_t* abi() const { return &abi_; }
  const std::vector<uint32_t>& inputs() const { return inputs_; }
  const std::vector<uint32_t>& outputs() const { return outputs_; }
  uint32_t num_nodes() const { return static_cast<uint32_t>(nodes_.size()); }

 private:
  struct AttributeRecord {
    mortise_tensor_t tensor;
    const mortise_tensor_t* tensor_pointer;
    std::vector<mortise_string_t> strings;
  };
  struct NodeRecord {
    TestNode node;
    std::vector<AttributeRecord> attributes;
  };
  struct ValueRecord {
    std::string name;
    mortise_type_t type;
    mortise_type_t element;
    Tensor constant;
    mortise_tensor_t constant_abi;
    bool is_constant;
    std::vector<uint32_t> consumers;
    uint32_t producer;
    uint32_t flags;
  };
  ValueRecord& new_value();

  mortise_graph_t abi_;
  std::deque<NodeRecord> nodes_;
  std::deque<ValueRecord> values_;
  std::vector<uint32_t> inputs_;
  std::vector<uint32_t> outputs_;
};

}  // namespace mortise::test
