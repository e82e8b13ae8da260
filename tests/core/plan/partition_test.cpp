// make_plan() on random graphs, claims and rules: the properties that must always hold.
#include "core/plan/partition.h"

#include <gtest/gtest.h>

#include <random>

namespace mortise::plan {
namespace {

Graph random_graph(std::mt19937& random, uint32_t num_nodes) {
  Graph graph(std::make_shared<StringTable>());
  std::vector<ValueId> values = {graph.add_value(graph.intern("x"))};
  graph.inputs = values;
  for (uint32_t i = 0; i < num_nodes; ++i) {
    Node node;
    node.name = graph.intern("n" + std::to_string(i));
    node.op_type = graph.intern(random() % 2 ? "Add" : "Mul");
    const size_t window = random() % 2 ? 4 : values.size();
    for (uint32_t k = 0; k <= random() % 3; ++k) {
      node.inputs.push_back(values[values.size() - 1 - random() % std::min(window, values.size())]);
    }
    for (uint32_t k = 0; k <= random() % 2; ++k) node.outputs.push_back(graph.add_value({}));
    values.insert(values.end(), node.outputs.begin(), node.outputs.end());
    graph.add_node(std::move(node));
  }
  graph.outputs = {values.back()};
  graph.output_names = {graph.intern("y")};
  EXPECT_TRUE(graph.finalize().ok());
  return graph;
}

// Claims a random part of the nodes in random groups of at most max_group.
ProviderClaims random_claims(std::mt19937& random, std::string id, uint32_t num_nodes, uint32_t percent,
                             uint32_t max_group) {
  ProviderClaims claims{.provider_id = std::move(id)};
  claims.verdicts.resize(num_nodes);
  for (NodeId node = 0; node < num_nodes; ++node) {
    if (random() % 100 >= percent) continue;
    claims.verdicts[node].answer = Answer::kClaimed;
    if (claims.groups.empty() || random() % max_group == 0 || claims.groups.back().nodes.size() == max_group) {
      claims.groups.emplace_back();
    }
    claims.groups.back().nodes.push_back(node);
  }
  return claims;
}

void expect_sound(const Graph& graph, const Plan& plan, const std::vector<ProviderClaims>& claims) {
  std::vector<uint32_t> segment_of(graph.num_nodes(), kNoId);
  for (uint32_t s = 0; s < plan.segments.size(); ++s) {
    for (const NodeId id : plan.segments[s].nodes) {
      ASSERT_EQ(segment_of[id], kNoId) << "node in two segments";
      segment_of[id] = s;
      EXPECT_EQ(plan.decisions[id].provider, plan.segments[s].provider);
    }
  }
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    ASSERT_NE(segment_of[id], kNoId) << "node in no segment";
    for (const ValueId input : graph.node(id).inputs) {
      const NodeId producer = graph.value(input).producer;
      if (producer != kNoId) {
        ASSERT_LE(segment_of[producer], segment_of[id]) << "segments out of order";
      }
    }
  }
  for (uint32_t p = 0; p < claims.size(); ++p) {
    for (const ClaimGroup& group : claims[p].groups) {
      const bool taken = plan.decisions[group.nodes[0]].provider == p;
      for (const NodeId id : group.nodes) {
        EXPECT_EQ(plan.decisions[id].provider == p, taken);
        if (taken) {
          EXPECT_EQ(segment_of[id], segment_of[group.nodes[0]]);
        }
      }
    }
  }
  for (const Segment& segment : plan.segments) {
    if (segment.provider + 1 < claims.size()) {
      EXPECT_GE(segment.nodes.size(), claims[segment.provider].min_nodes);
    }
  }
}

TEST(Partition, IsSoundOnRandomGraphs) {
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const Graph graph = random_graph(random, 1 + random() % 60);
    std::vector<ProviderClaims> claims;
    claims.push_back(random_claims(random, "a", graph.num_nodes(), 70, 1 + random() % 5));
    claims.push_back(random_claims(random, "b", graph.num_nodes(), 50, 1 + random() % 3));
    claims.push_back(random_claims(random, "ref", graph.num_nodes(), 100, 1));
    claims[0].min_nodes = 1 + random() % 4;
    claims[1].min_nodes = 1 + random() % 3;
    std::vector<PlacementRule> rules;
    if (random() % 2) rules.push_back({.match = {.op = "Mul"}, .deny = {"a"}});
    if (random() % 2) rules.push_back({.match = {.name = "n1*"}, .pin = "b"});
    const PlanRequest request{.claims = claims, .rules = rules};
    const auto plan = make_plan(graph, request);
    ASSERT_TRUE(plan.ok()) << plan.status().message();
    expect_sound(graph, *plan, claims);
    EXPECT_LE(plan->rounds, 40u);
    for (const PlacementRule& rule : rules) {
      for (NodeId id = 0; id < graph.num_nodes(); ++id) {
        if (rule.match.op && graph.node(id).op_type == "Mul") {
          EXPECT_NE(plan->decisions[id].provider, 0u);
        }
        if (rule.match.name && graph.node(id).name.view().starts_with("n1")) {
          EXPECT_NE(plan->decisions[id].provider, 0u);
        }
      }
    }
    const auto again = make_plan(graph, request);
    ASSERT_EQ(again->segments.size(), plan->segments.size());
    for (size_t s = 0; s < plan->segments.size(); ++s) EXPECT_EQ(again->segments[s].nodes, plan->segments[s].nodes);
  }
}

TEST(Partition, NamesNodesThatNobodyTakes) {
  std::mt19937 random(1);
  const Graph graph = random_graph(random, 3);
  std::vector<ProviderClaims> claims{{.provider_id = "ref"}};
  claims[0].verdicts.resize(3, {Answer::kDeclined, 0, "no such kernel"});
  const auto plan = make_plan(graph, {.claims = claims});
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.status().code(), StatusCode::kUnimplemented);
  EXPECT_NE(plan.status().message().find("no such kernel"), std::string::npos);
}

TEST(Partition, RequireRuleListsOffenders) {
  std::mt19937 random(2);
  const Graph graph = random_graph(random, 5);
  const std::vector<ProviderClaims> claims = {random_claims(random, "ref", 5, 100, 1)};
  const auto plan = make_plan(graph, {.claims = claims});
  ASSERT_TRUE(plan.ok());
  const std::vector<RequireRule> kept = {{.provider = "ref"}}, broken = {{.provider = "npu", .min_fraction = 0.5}};
  EXPECT_TRUE(check_required(graph, *plan, claims, kept).ok());
  EXPECT_NE(check_required(graph, *plan, claims, broken).message().find("'n0'"), std::string::npos);
}

}  // namespace
}  // namespace mortise::plan
