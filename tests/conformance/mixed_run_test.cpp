#include "conformance/host/mixed_run.h"

#include <gtest/gtest.h>

#include "conformance/engine/rig.h"
#include "conformance/generate/op_model.h"
#include "conformance/generate/random_graph.h"
#include "tools/mortise/compare.h"

namespace mortise::conformance {
namespace {

uint64_t count_nodes(const Graph& graph) {
  uint64_t count = graph.num_nodes();
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    for_each_body(graph.node(id), [&](const Graph& body) { count += count_nodes(body); });
  }
  return count;
}

TEST(MixedRun, GivesTheSameHoweverAGraphIsSharedOut) {
  Rig rig{Settings{}};
  Device& device = *rig.device().value();
  uint64_t mixed = 0;
  for (int seed = 0; seed < 150; ++seed) {
    Random random = stream_of(11, concat("test-", seed));
    const RandomGraph graph = random_graph(random).value();
    const std::vector<Value> inputs = random_inputs(graph, kBatch, random);
    MixedRun alone(nullptr, rig.oracle(), {.node_by_node = true}, random);
    ASSERT_TRUE(alone.compile(graph.graph).ok());
    const std::vector<Value> expected = alone.run(inputs).value();
    EXPECT_EQ(alone.counts().device, 0u);
    for (const uint32_t percent : {100u, 60u, 20u}) {
      MixedRun run(&device, rig.oracle(), {.percent = percent}, random);
      const Status compiled = run.compile(graph.graph);
      ASSERT_TRUE(compiled.ok()) << seed << ": " << compiled.message();
      EXPECT_EQ(run.counts().device + run.counts().oracle + run.counts().interpreter, count_nodes(graph.graph));
      if (run.counts().device != 0 && run.counts().oracle != 0) ++mixed;
      for (const int poison : {0, 1}) {
        const auto outputs = run.run(inputs, poison);
        ASSERT_TRUE(outputs.ok()) << seed << ": " << outputs.status().message();
        for (size_t i = 0; i < expected.size(); ++i) {
          EXPECT_EQ(tool::first_difference((*outputs)[i], expected[i], {.rtol = 0, .atol = 0}), "") << seed;
        }
      }
    }
  }
  EXPECT_GT(mixed, 100u);
  EXPECT_TRUE(rig.host().take_violations().empty());
}

// a -> b -> d and a -> c -> d, of which the device claims {a, d} as one set: it cannot be run whole before or after b.
TEST(Segments, DoNotTakeASetThatWouldWaitForItself) {
  Graph graph(std::make_shared<StringTable>());
  const auto node = [&](std::vector<ValueId> inputs) {
    Node added;
    added.op_type = graph.intern("Sum");
    added.inputs.assign(inputs.begin(), inputs.end());
    const ValueId output = graph.add_value(graph.intern(concat("v", graph.num_values())));
    added.outputs.push_back(output);
    graph.add_node(std::move(added));
    return output;
  };
  const ValueId x = graph.add_value(graph.intern("x"));
  graph.inputs = {x};
  const ValueId a = node({x}), b = node({a}), c = node({a}), d = node({b, c});
  graph.outputs = {d};
  ASSERT_TRUE(graph.finalize().ok());
  for (int seed = 0; seed < 20; ++seed) {
    Random random(static_cast<uint64_t>(seed));
    for (const Segment& segment : cut_into_segments(graph, {{0, 3}}, random)) {
      EXPECT_EQ(segment.owner, Owner::kOracle);
    }
    // With the node between them they can.
    const std::vector<Segment> segments = cut_into_segments(graph, {{0, 1, 2, 3}}, random);
    ASSERT_EQ(segments.size(), 1u);
    EXPECT_EQ(segments.front().owner, Owner::kDevice);
    EXPECT_EQ(segments.front().nodes, (std::vector<NodeId>{0, 1, 2, 3}));
  }
}

// Records of inputs point to shapes, which must not move while more inputs are added.
TEST(SessionRun, KeepsTheShapesOfManyInputs) {
  Rig rig{Settings{}};
  OpModel model{.op = "Concat", .opset = 17};
  model.attributes.emplace_back("axis", int64_t{0});
  constexpr int64_t kInputs = 40;
  for (int64_t i = 0; i < kInputs; ++i) {
    model.inputs.push_back({Tensor::of<float>({1, 2}, {static_cast<float>(i), 0.0f})});
  }
  const std::unique_ptr<OpGraph> graph = make_graph(std::move(model)).value();
  const std::unique_ptr<Session> session = rig.oracle().compile(*graph->view, {0}).value();
  for (int run = 0; run < 50; ++run) {
    const RunOutcome outcome = session->run(graph->inputs);
    ASSERT_TRUE(outcome.status.ok()) << outcome.status.message();
    ASSERT_EQ(outcome.outputs[0].tensor.shape(), (Shape{kInputs, 2}));
    EXPECT_EQ(outcome.outputs[0].tensor.data<float>()[2 * (kInputs - 1)], static_cast<float>(kInputs - 1));
  }
}

}  // namespace
}  // namespace mortise::conformance
