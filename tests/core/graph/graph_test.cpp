// Graph: sorting, redirecting, removing and checking, and the ABI's view of the result.
#include "core/graph/graph.h"

#include <gmock/gmock.h>

#include "core/graph/abi_graph.h"
#include "mortise/sdk/graph_view.h"

namespace mortise {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class GraphTest : public testing::Test {
 protected:
  ValueId value(const char* name) { return graph_.add_value(graph_.intern(name), Type::tensor(DType::kF32, Shape{2})); }
  NodeId node(const char* op, IdList inputs, ValueId output) {
    Node node;
    node.op_type = graph_.intern(op);
    node.inputs = std::move(inputs);
    node.outputs = {output};
    return graph_.add_node(std::move(node));
  }
  std::string ops() const {
    std::string text;
    for (NodeId id = 0; id < graph_.num_nodes(); ++id) text += std::string(graph_.node(id).op_type) + " ";
    return text;
  }

  Graph graph_{std::make_shared<StringTable>()};
};

TEST_F(GraphTest, FinalizeSortsTopologically) {
  const ValueId x = value("x"), a = value("a"), b = value("b");
  node("Second", {a}, b);
  node("First", {x}, a);
  graph_.inputs = {x};
  graph_.outputs = {b};
  ASSERT_TRUE(graph_.finalize().ok());
  EXPECT_TRUE(graph_.validate().ok());
  EXPECT_EQ(ops(), "First Second ");
  EXPECT_THAT(graph_.consumers(graph_.node(0).outputs[0]), ElementsAre(1));
}

TEST_F(GraphTest, FinalizeDropsErasedNodesAndUnusedValues) {
  const ValueId x = value("x"), a = value("a"), b = value("b");
  value("unused");
  node("Keep", {x}, a);
  graph_.erase_node(node("Drop", {x}, b));
  graph_.inputs = {x};
  graph_.outputs = {a};
  ASSERT_TRUE(graph_.finalize().ok());
  EXPECT_EQ(ops(), "Keep ");
  EXPECT_EQ(graph_.num_values(), 2U);
}

TEST_F(GraphTest, FinalizeNamesANodeOfACycle) {
  const ValueId a = value("a"), b = value("b");
  node("Ping", {a}, b);
  node("Pong", {b}, a);
  EXPECT_THAT(graph_.finalize().message(), HasSubstr("node #0 (Ping)"));
}

TEST_F(GraphTest, RedirectFollowsChains) {
  const ValueId x = value("x"), a = value("a"), b = value("b"), y = value("y");
  const NodeId first = node("Identity", {x}, a), second = node("Identity", {a}, b);
  node("Relu", {b}, y);
  graph_.inputs = {x};
  graph_.outputs = {y};
  std::vector<ValueId> redirect(graph_.num_values(), kNoId);
  redirect[b] = a;
  redirect[a] = x;
  graph_.redirect(redirect);
  graph_.erase_node(first);
  graph_.erase_node(second);
  ASSERT_TRUE(graph_.finalize().ok());
  EXPECT_EQ(ops(), "Relu ");
  EXPECT_THAT(graph_.node(0).inputs, ElementsAre(graph_.inputs[0]));
}

TEST_F(GraphTest, ValidateRefusesAnInputThatNothingDefines) {
  const ValueId y = value("y");
  node("Relu", {value("nothing")}, y);
  graph_.outputs = {y};
  EXPECT_THAT(graph_.validate().message(), HasSubstr("'nothing'"));
}

TEST_F(GraphTest, ShowsItselfThroughTheAbi) {
  const ValueId x = value("x"), y = value("y");
  const ValueId c = graph_.add_constant(graph_.intern("c"), Tensor::of<float>({2}, {3, 4}));
  auto body = std::make_unique<Graph>(graph_.strings());
  const ValueId outer = body->add_value(graph_.intern("c"));
  body->value(outer).outer = c;
  body->outputs = {outer};
  const NodeId id = node("Op", {x, kNoId}, y);
  graph_.node(id).attributes.push_back({graph_.intern("body"), std::move(body)});
  graph_.node(id).attributes.push_back({graph_.intern("axes"), std::vector<int64_t>{1, 2}});
  graph_.node(id).attributes.push_back({graph_.intern("names"), std::vector<std::string>{"p", "q"}});
  graph_.node(id).attributes.push_back({graph_.intern("t"), Tensor::of<int64_t>({1}, {7})});
  graph_.inputs = {x};
  graph_.outputs = {y};
  ASSERT_TRUE(graph_.finalize().ok());

  const AbiGraph abi(graph_);
  const sdk::GraphView view(abi.abi());
  ASSERT_EQ(view.num_nodes(), 1U);
  const sdk::NodeView op = view.node(0);
  EXPECT_EQ(op.op_type(), "Op");
  EXPECT_TRUE(op.has_subgraph());
  EXPECT_FALSE(op.has_input(1));
  EXPECT_THAT(op.get_ints("axes"), ElementsAre(1, 2));
  EXPECT_THAT(op.get_strings("names"), ElementsAre("p", "q"));
  ASSERT_NE(op.get_tensor("t"), nullptr);
  EXPECT_EQ(*static_cast<const int64_t*>(op.get_tensor("t")->data), 7);
  ASSERT_EQ(op.implicit_inputs().size(), 1U);
  const sdk::ValueView constant = view.value(op.implicit_inputs()[0]);
  ASSERT_TRUE(constant.is_constant());
  EXPECT_THAT(constant.consumers(), ElementsAre(0));
  const mortise_graph_t* inner = op.get_graph("body");
  ASSERT_NE(inner, nullptr);
  EXPECT_TRUE(sdk::ValueView(inner, 0).is_outer_scope());
  EXPECT_EQ(&graph_of(inner), graph_.node(0).body("body"));
  EXPECT_EQ(&graph_of(abi.abi()), &graph_);
  mortise_node_t record;
  EXPECT_FALSE(abi.abi()->get_node(abi.abi(), 1, &record));
}

}  // namespace
}  // namespace mortise
