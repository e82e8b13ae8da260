#include "conformance/generate/random_graph.h"

#include <gmock/gmock.h>

#include <set>

#include "conformance/engine/rig.h"
#include "conformance/generate/exact.h"
#include "conformance/host/mixed_run.h"
#include "core/model/export.h"

namespace mortise::conformance {
namespace {

constexpr int kGraphs = 400;

RandomGraph make(int seed) {
  Random random = stream_of(7, concat("test-", seed));
  return random_graph(random).value();
}

// Operators of the graph and of its bodies.
void collect(const Graph& graph, std::multiset<std::string>& ops) {
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    ops.emplace(graph.node(id).op_type.view());
    for_each_body(graph.node(id), [&](const Graph& body) { collect(body, ops); });
  }
}

TEST(RandomGraph, IsValidAndRunsForEveryBatchWithExactValues) {
  Rig rig{Settings{}};
  for (int seed = 0; seed < kGraphs; ++seed) {
    Random random = stream_of(7, concat("test-", seed));
    const Result<RandomGraph> graph = random_graph(random);
    ASSERT_TRUE(graph.ok()) << seed << ": " << graph.status().message();
    MixedRun run(nullptr, rig.oracle(), {.node_by_node = true}, random);
    const Status compiled = run.compile(graph->graph);
    ASSERT_TRUE(compiled.ok()) << seed << ": " << compiled.message();
    for (const int64_t batch : {kBatch, int64_t{1}, int64_t{0}, int64_t{5}}) {
      const auto outputs = run.run(random_inputs(*graph, batch, random), 0, expect_exact);
      ASSERT_TRUE(outputs.ok()) << seed << " batch " << batch << ": " << outputs.status().message();
      EXPECT_EQ(outputs->size(), graph->graph.outputs.size());
      if (!graph->batched) break;
    }
  }
}

TEST(RandomGraph, IsTheSameForTheSameSeed) {
  for (int seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(serialize_graph(make(seed).graph).value(), serialize_graph(make(seed).graph).value());
  }
  EXPECT_NE(serialize_graph(make(1).graph).value(), serialize_graph(make(2).graph).value());
}

TEST(RandomGraph, UsesEveryOperatorOften) {
  std::multiset<std::string> ops;
  for (int seed = 0; seed < kGraphs; ++seed) collect(make(seed).graph, ops);
  std::set<std::string> seen(ops.begin(), ops.end());
  for (const std::string_view op : exact_ops()) {
    EXPECT_GE(ops.count(std::string(op)), 5u) << op;
    seen.erase(std::string(op));
  }
  EXPECT_THAT(seen, testing::IsEmpty()) << "operators that exact.inc does not list";
}

TEST(RandomGraph, HasWhatMakesPlanningHard) {
  int diamonds = 0, shared_constants = 0, several_outputs = 0, left_out = 0, dead_ends = 0, empty = 0, captures = 0;
  for (int seed = 0; seed < kGraphs; ++seed) {
    const RandomGraph made = make(seed);
    const Graph& graph = made.graph;
    for (ValueId id = 0; id < graph.num_values(); ++id) {
      const bool is_constant = graph.constant(id) != nullptr;
      const size_t readers = graph.consumers(id).size();
      if (readers > 1) ++(is_constant ? shared_constants : diamonds);
      if (graph.value(id).producer != kNoId && readers == 0 && !graph.value(id).is_output) ++dead_ends;
      const auto shape = graph.value(id).type.static_shape();
      if (shape && shape->num_elements() == 0) ++empty;
    }
    for (NodeId id = 0; id < graph.num_nodes(); ++id) {
      const Node& node = graph.node(id);
      if (node.outputs.size() > 1) ++several_outputs;
      if (std::find(node.inputs.begin(), node.inputs.end(), kNoId) != node.inputs.end()) ++left_out;
      if (!node.implicit_inputs.empty()) ++captures;
    }
  }
  for (const int count : {diamonds, shared_constants, several_outputs, left_out, dead_ends, empty, captures}) {
    EXPECT_GT(count, 20);
  }
}

}  // namespace
}  // namespace mortise::conformance
