// make_plan() and segment_io() on small graphs whose answer is known by hand.
#include <gtest/gtest.h>

#include "core/plan/partition.h"

namespace mortise::plan {
namespace {

// x -> n0 -> n1 -> n2 -> y
Graph chain() {
  Graph graph(std::make_shared<StringTable>());
  ValueId value = graph.add_value(graph.intern("x"));
  graph.inputs = {value};
  for (int i = 0; i < 3; ++i) {
    Node node;
    node.op_type = graph.intern("Neg");
    node.inputs = {value};
    value = graph.add_value({});
    node.outputs = {value};
    graph.add_node(std::move(node));
  }
  graph.outputs = {value};
  graph.output_names = {graph.intern("y")};
  EXPECT_TRUE(graph.finalize().ok());
  return graph;
}

std::vector<ProviderClaims> claims(std::vector<std::vector<NodeId>> groups) {
  std::vector<ProviderClaims> result{{.provider_id = "npu"}, {.provider_id = "ref"}};
  for (auto& nodes : groups) result[0].groups.push_back({nodes});
  for (NodeId id = 0; id < 3; ++id) result[1].groups.push_back({{id}});
  return result;
}

TEST(Partition, DropsAGroupThatWouldFormACycle) {
  const Graph graph = chain();
  const auto both_ends = claims({{0, 2}});
  const auto plan = make_plan(graph, {.claims = both_ends});
  ASSERT_TRUE(plan.ok());
  ASSERT_EQ(plan->segments.size(), 1u);
  EXPECT_EQ(plan->decisions[0].rule, Rule::kWouldCycle);
  EXPECT_EQ(plan->decisions[1].rule, Rule::kDeclined);
  EXPECT_EQ(plan->decisions[2].provider, 1u);
}

TEST(Partition, ExcludedNodeTakesItsGroupAlong) {
  const Graph graph = chain();
  const auto pair = claims({{0, 1}, {2}});
  const std::vector<Exclusion> refused = {{0, 1, Rule::kRefusedAtCompile}};
  const auto plan = make_plan(graph, {.claims = pair, .exclusions = refused});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->decisions[0].rule, Rule::kGroupBroken);
  EXPECT_EQ(plan->decisions[1].rule, Rule::kRefusedAtCompile);
  EXPECT_EQ(plan->decisions[2].provider, 0u);
}

TEST(Partition, QuarantinedProviderGetsNothing) {
  const Graph graph = chain();
  const auto all = claims({{0}, {1}, {2}});
  const std::vector<uint32_t> quarantined = {0};
  const auto plan = make_plan(graph, {.claims = all, .quarantined = quarantined});
  ASSERT_TRUE(plan.ok());
  for (const Decision& decision : plan->decisions) EXPECT_EQ(decision.rule, Rule::kQuarantined);
}

TEST(SegmentIo, ListsWhatCrossesTheBorder) {
  const Graph graph = chain();
  const SegmentIo io = segment_io(graph, {0, {1}});
  EXPECT_EQ(io.inputs, std::vector<ValueId>{graph.node(0).outputs[0]});
  EXPECT_EQ(io.outputs, std::vector<ValueId>{graph.node(1).outputs[0]});
  const SegmentIo whole = segment_io(graph, {0, {0, 1, 2}});
  EXPECT_EQ(whole.inputs, graph.inputs);
  EXPECT_EQ(whole.outputs, graph.outputs);
}

}  // namespace
}  // namespace mortise::plan
