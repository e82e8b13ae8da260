// make_plan() on thousands of random graphs, claims and rules: the properties that must always hold.
//
// A failure prints its seed: `MORTISE_SEED=1234 core_plan_test --gtest_filter=Partition.IsSoundOnRandomGraphs` replays
// it alone.
#include "core/plan/partition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/seeds.h"

namespace mortise::plan {
namespace {

enum Form : uint32_t { kMixed, kChain, kFanOut, kDiamonds, kDisconnected, kFarReaching, kNumForms };

// The value that input k of the node that is added next reads.
ValueId pick_input(std::mt19937& random, Form form, const std::vector<ValueId>& values, uint32_t k) {
  const size_t n = values.size();
  switch (form) {
    case kChain:
      return values[n - 1];
    case kFanOut:
      return values[random() % std::min<size_t>(n, 3)];
    case kDiamonds:  // two paths part and meet again
      return values[n - 1 - std::min<size_t>(n - 1, k + random() % 2)];
    case kDisconnected:
      return random() % 3 == 0 ? values[0] : values[n - 1 - random() % std::min<size_t>(n, 2)];
    case kFarReaching:
      return values[random() % n];
    default:
      return values[n - 1 - random() % std::min<size_t>(n, 4)];
  }
}

// A body that reads up to two values of its surroundings, perhaps through a body of its own.
std::unique_ptr<Graph> random_body(std::mt19937& random, Graph& outer, const std::vector<ValueId>& values, int depth) {
  auto body = std::make_unique<Graph>(outer.strings());
  std::vector<ValueId> inside;
  for (uint32_t i = 0; i <= random() % 2; ++i) {
    inside.push_back(body->add_value({}));
    body->value(inside.back()).outer = values[random() % values.size()];
  }
  Node node;
  node.op_type = body->intern(depth > 0 ? "If" : "Add");
  node.inputs = {inside[0]};
  if (depth > 0) {
    node.attributes.push_back({body->intern("then_branch"), random_body(random, *body, inside, depth - 1)});
  } else {
    node.inputs.push_back(inside.back());
  }
  node.outputs = {body->add_value({})};
  body->outputs = {node.outputs[0]};
  body->output_names = {body->intern("inner")};
  body->add_node(std::move(node));
  return body;
}

Graph random_graph(std::mt19937& random, uint32_t num_nodes, Form form) {
  Graph graph(std::make_shared<StringTable>());
  std::vector<ValueId> values = {graph.add_value(graph.intern("x"))};
  graph.inputs = values;
  for (uint32_t i = 0; i < num_nodes; ++i) {
    Node node;
    node.name = graph.intern("n" + std::to_string(i));
    const bool nested = random() % 12 == 0;
    node.op_type = graph.intern(nested ? "If" : random() % 2 ? "Add" : "Mul");
    for (uint32_t k = 0; k <= random() % 3; ++k) node.inputs.push_back(pick_input(random, form, values, k));
    if (nested) {
      node.attributes.push_back(
          {graph.intern("then_branch"), random_body(random, graph, values, static_cast<int>(random() % 3))});
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

// A problem of the planner, and its parts by name: providers 0 "a", 1 "b", 2 "ref".
struct Problem {
  Graph graph;
  std::vector<ProviderClaims> claims;
  std::vector<PlacementRule> rules;
  std::vector<Exclusion> exclusions;
  std::vector<uint32_t> quarantined;

  PlanRequest request() const {
    return {.claims = claims, .rules = rules, .exclusions = exclusions, .quarantined = quarantined};
  }
};

Problem random_problem(uint32_t seed) {
  std::mt19937 random(seed);
  const auto form = static_cast<Form>(seed % kNumForms);
  Problem problem{.graph = random_graph(random, 1 + random() % 60, form)};
  const uint32_t n = problem.graph.num_nodes();
  problem.claims.push_back(random_claims(random, "a", n, 70, 1 + random() % 5));
  problem.claims.push_back(random_claims(random, "b", n, 50, 1 + random() % 3));
  problem.claims.push_back(random_claims(random, "ref", n, 100, 1));
  // The reference takes no node with a body: those that nobody claims are the core's.
  auto& groups = problem.claims[2].groups;
  std::erase_if(groups, [&](const ClaimGroup& g) { return problem.graph.node(g.nodes[0]).has_body(); });
  problem.claims[0].min_nodes = 1 + random() % 4;
  problem.claims[1].min_nodes = 1 + random() % 3;
  if (random() % 20 == 0) problem.claims[0].error = "claim() failed";
  if (random() % 3 == 0) problem.rules.push_back({.match = {.op = "Mul"}, .deny = {"a"}});
  if (random() % 3 == 0) problem.rules.push_back({.match = {.name = "n1*"}, .pin = "b"});
  if (random() % 3 == 0)
    problem.rules.push_back({.match = {.name = "n2*"}, .allow = std::vector<std::string>{"a", "ref"}});
  if (random() % 3 == 0) problem.rules.push_back({.match = {.provider = "b"}, .deny = {"a"}});
  if (random() % 4 == 0) problem.rules.push_back({.match = {.name = "n3*", .op = "Add"}, .pin = "a"});
  if (random() % 2 == 0) {
    for (uint32_t i = 0; i < random() % 5; ++i) {
      problem.exclusions.push_back({static_cast<uint32_t>(random() % 2), static_cast<NodeId>(random() % n),
                                    random() % 2 ? Rule::kRefusedAtCompile : Rule::kFailedAtRun});
    }
  }
  if (random() % 10 == 0) problem.quarantined.push_back(random() % 2);
  return problem;
}

bool claims_node(const ProviderClaims& claims, NodeId id) {
  return claims.error.empty() && std::any_of(claims.groups.begin(), claims.groups.end(), [&](const ClaimGroup& g) {
           return std::find(g.nodes.begin(), g.nodes.end(), id) != g.nodes.end();
         });
}

// Whether a provider may have a node, worked out by hand from the rules above: what make_plan() must not break.
bool may_have(const Problem& problem, uint32_t provider, NodeId id) {
  const Node& node = problem.graph.node(id);
  const std::string& name = problem.claims[provider].provider_id;
  if (!claims_node(problem.claims[provider], id)) return false;
  for (const uint32_t q : problem.quarantined) {
    if (q == provider) return false;
  }
  for (const Exclusion& e : problem.exclusions) {
    if (e.provider == provider && e.node == id) return false;
  }
  for (const PlacementRule& rule : problem.rules) {
    if (rule.match.op && node.op_type.view() != *rule.match.op) continue;
    if (rule.match.name && !node.name.view().starts_with(rule.match.name->substr(0, 2))) continue;
    if (rule.match.provider && !claims_node(problem.claims[1], id)) continue;
    if (rule.pin && name != *rule.pin && name != "ref") return false;
    if (rule.allow && std::find(rule.allow->begin(), rule.allow->end(), name) == rule.allow->end()) return false;
    if (std::find(rule.deny.begin(), rule.deny.end(), name) != rule.deny.end()) return false;
  }
  return true;
}

// Every node once, in an order that needs no cycle, groups whole, no segment too small where its nodes could go
// elsewhere.
void expect_sound(const Problem& problem, const Plan& plan) {
  const Graph& graph = problem.graph;
  std::vector<uint32_t> segment_of(graph.num_nodes(), kNoId);
  for (uint32_t s = 0; s < plan.segments.size(); ++s) {
    ASSERT_FALSE(plan.segments[s].nodes.empty());
    ASSERT_TRUE(std::is_sorted(plan.segments[s].nodes.begin(), plan.segments[s].nodes.end()));
    for (const NodeId id : plan.segments[s].nodes) {
      ASSERT_EQ(segment_of[id], kNoId) << "node in two segments";
      segment_of[id] = s;
      EXPECT_EQ(plan.decisions[id].provider, plan.segments[s].provider);
    }
  }
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    ASSERT_NE(segment_of[id], kNoId) << "node in no segment";
    for (const IdList* reads : {&graph.node(id).inputs, &graph.node(id).implicit_inputs}) {
      for (const ValueId input : *reads) {
        const NodeId producer = graph.value(input).producer;
        if (producer != kNoId) {
          ASSERT_LE(segment_of[producer], segment_of[id]) << "segments out of order";
        }
      }
    }
  }
  for (uint32_t p = 0; p < problem.claims.size(); ++p) {
    for (const ClaimGroup& group : problem.claims[p].groups) {
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
    const uint32_t p = segment.provider;
    if (p == kCoreProvider) {
      EXPECT_EQ(segment.nodes.size(), 1u);
      EXPECT_TRUE(graph.node(segment.nodes[0]).has_body());
    } else if (segment.nodes.size() < problem.claims[p].min_nodes) {
      // Somebody has to take what nobody else may have.
      EXPECT_TRUE(std::any_of(segment.nodes.begin(), segment.nodes.end(), [&](NodeId id) {
        return !claims_node(problem.claims[2], id) || !may_have(problem, 2, id);
      }));
    }
  }
}

void expect_rules_kept(const Problem& problem, const Plan& plan) {
  for (NodeId id = 0; id < problem.graph.num_nodes(); ++id) {
    const uint32_t provider = plan.decisions[id].provider;
    if (provider == kCoreProvider) continue;
    EXPECT_TRUE(may_have(problem, provider, id)) << "node " << id << " on " << problem.claims[provider].provider_id;
    if (provider == 0) {
      EXPECT_TRUE(plan.decisions[id].rule == Rule::kClaimed || plan.decisions[id].rule == Rule::kPinned);
    }
  }
  // Where sets have one member and no segment is too small, every node is with the first that may have it.
  const bool plain = std::all_of(problem.claims.begin(), problem.claims.end(), [](const ProviderClaims& c) {
    return c.min_nodes == 1 &&
           std::all_of(c.groups.begin(), c.groups.end(), [](auto& g) { return g.nodes.size() == 1; });
  });
  if (!plain) return;
  for (NodeId id = 0; id < problem.graph.num_nodes(); ++id) {
    uint32_t first = 0;
    while (first < 3 && !may_have(problem, first, id)) ++first;
    EXPECT_EQ(plan.decisions[id].provider, first == 3 ? kCoreProvider : first);
  }
}

void expect_same(const Plan& plan, const Plan& again) {
  ASSERT_EQ(again.segments.size(), plan.segments.size());
  for (size_t s = 0; s < plan.segments.size(); ++s) {
    EXPECT_EQ(again.segments[s].nodes, plan.segments[s].nodes);
    EXPECT_EQ(again.segments[s].provider, plan.segments[s].provider);
  }
  EXPECT_EQ(again.outcomes, plan.outcomes);
  for (size_t id = 0; id < plan.decisions.size(); ++id) EXPECT_EQ(again.decisions[id].rule, plan.decisions[id].rule);
}

TEST(Partition, IsSoundOnRandomGraphs) {
  const test::Seeds seeds = test::seeds(6000);
  uint32_t planned = 0;
  for (uint32_t seed = seeds.begin; seed < seeds.end; ++seed) {
    SCOPED_TRACE("MORTISE_SEED=" + std::to_string(seed));
    const Problem problem = random_problem(seed);
    const auto plan = make_plan(problem.graph, problem.request());
    if (!plan.ok()) {
      // Rules may leave a node to nobody; then the sentence names it.
      EXPECT_EQ(plan.status().code(), StatusCode::kUnimplemented);
      EXPECT_NE(plan.status().message().find("node 'n"), std::string::npos) << plan.status().message();
      continue;
    }
    ++planned;
    expect_sound(problem, *plan);
    expect_rules_kept(problem, *plan);
    EXPECT_LE(plan->rounds, 40u);
    const auto again = make_plan(problem.graph, problem.request());
    ASSERT_TRUE(again.ok());
    expect_same(*plan, *again);
    if (HasFailure()) return;
  }
  if (!seeds.is_replay) {
    EXPECT_GT(planned, (seeds.end - seeds.begin) * 9 / 10);
  }
}

// Quarantine takes everything away from one provider and nothing from the others.
TEST(Partition, GoesOnWithoutAnyOneProvider) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = random_problem(seed);
    problem.rules.clear();
    problem.exclusions.clear();
    for (uint32_t lost = 0; lost < 2; ++lost) {
      problem.quarantined = {lost};
      const auto plan = make_plan(problem.graph, problem.request());
      ASSERT_TRUE(plan.ok()) << plan.status().message();
      expect_sound(problem, *plan);
      expect_rules_kept(problem, *plan);
    }
  }
}

TEST(Partition, NamesNodesThatNobodyTakes) {
  std::mt19937 random(1);
  const Graph graph = random_graph(random, 3, kChain);
  std::vector<ProviderClaims> claims{{.provider_id = "ref"}};
  claims[0].verdicts.resize(3, {Answer::kDeclined, 0, "no such kernel"});
  const auto plan = make_plan(graph, {.claims = claims});
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.status().code(), StatusCode::kUnimplemented);
  EXPECT_NE(plan.status().message().find("no such kernel"), std::string::npos);
}

TEST(Partition, RequireRuleListsOffenders) {
  std::mt19937 random(2);
  const Graph graph = random_graph(random, 5, kMixed);
  const std::vector<ProviderClaims> claims = {random_claims(random, "ref", 5, 100, 1)};
  const auto plan = make_plan(graph, {.claims = claims});
  ASSERT_TRUE(plan.ok());
  const std::vector<RequireRule> kept = {{.provider = "ref"}}, broken = {{.provider = "npu", .min_fraction = 0.5}};
  EXPECT_TRUE(check_required(graph, *plan, claims, kept).ok());
  EXPECT_NE(check_required(graph, *plan, claims, broken).message().find("'n0'"), std::string::npos);
}

}  // namespace
}  // namespace mortise::plan
