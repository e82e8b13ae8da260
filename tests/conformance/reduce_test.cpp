#include "conformance/generate/reduce.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "conformance/engine/rig.h"
#include "conformance/generate/draft.h"
#include "conformance/generate/random_graph.h"
#include "core/model/export.h"

namespace mortise::conformance {
namespace {

constexpr double kSeconds = 60;

// The planted fault: of these nodes one reads the other.
bool is_planted(const Node& node) { return node.op_type == "Add" || node.op_type == "Mul"; }

bool has_two_in_a_row(const Graph& graph) {
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    if (!is_planted(graph.node(id))) continue;
    for (const ValueId input : graph.node(id).inputs) {
      const NodeId producer = input == kNoId ? kNoId : graph.value(input).producer;
      if (producer != kNoId && is_planted(graph.node(producer))) return true;
    }
  }
  return false;
}

Result<bool> shows_two_in_a_row(const Specimen& specimen) { return has_two_in_a_row(graph_of(specimen).value()); }

Specimen specimen_of(int seed) {
  Random random = stream_of(5, concat("test-", seed));
  const RandomGraph graph = random_graph(random).value();
  Specimen specimen;
  specimen.model = serialize_graph(graph.graph).value();
  specimen.inputs = random_inputs(graph, kBatch, random);
  return specimen;
}

TEST(Reduce, LeavesTheTwoNodesThatShowTheFault) {
  Rig rig{Settings{}};
  int reduced = 0;
  for (int seed = 0; seed < 400 && reduced < 10; ++seed) {
    const Specimen start = specimen_of(seed);
    if (!shows_two_in_a_row(start).value()) continue;
    ++reduced;
    const Result<Reduction> reduction = reduce(start, rig.oracle(), kSeconds, shows_two_in_a_row);
    ASSERT_TRUE(reduction.ok()) << seed << ": " << reduction.status().message();
    EXPECT_TRUE(reduction->finished);
    EXPECT_EQ(reduction->nodes, 2u) << seed;
    EXPECT_TRUE(shows_two_in_a_row(reduction->specimen).value()) << seed;
    const Graph graph = graph_of(reduction->specimen).value();
    EXPECT_EQ(graph.num_nodes(), 2u) << seed;
    EXPECT_EQ(graph.outputs.size(), 1u) << seed;
    for (const Value& input : reduction->specimen.inputs) {
      EXPECT_LE(input.tensor.num_elements(), 1) << seed;
    }
    const NamedValues values = values_of(reduction->specimen, rig.oracle()).value();
    const Value& output = values.find(graph.output_names.front().view())->second;
    ASSERT_EQ(reduction->outputs.size(), 1u);
    EXPECT_EQ(reduction->outputs.front().tensor.shape(), output.tensor.shape()) << seed;
  }
  EXPECT_EQ(reduced, 10);
}

TEST(Reduce, KeepsTheDataThatShowsTheFault) {
  Rig rig{Settings{}};
  const Specimen start = specimen_of(1);
  // Of the graph's outputs one has something else than zeros.
  const StillFails shows = [&](const Specimen& specimen) -> Result<bool> {
    MORTISE_ASSIGN(const NamedValues values, values_of(specimen, rig.oracle()));
    const Graph graph = graph_of(specimen).value();
    for (const Symbol name : graph.output_names) {
      const Tensor& tensor = values.find(name.view())->second.tensor;
      const auto* bytes = static_cast<const char*>(tensor.raw());
      if (std::any_of(bytes, bytes + tensor.size_bytes(), [](char byte) { return byte != 0; })) return true;
    }
    return false;
  };
  ASSERT_TRUE(shows(start).value());
  const Reduction reduction = reduce(start, rig.oracle(), kSeconds, shows).value();
  EXPECT_EQ(reduction.nodes, 1u);
  EXPECT_TRUE(shows(reduction.specimen).value());
}

TEST(Reduce, EndsWithItsTimeAndWithAnError) {
  Rig rig{Settings{}};
  const Specimen start = specimen_of(1);
  const Reduction none = reduce(start, rig.oracle(), 0, shows_two_in_a_row).value();
  EXPECT_EQ(none.tries, 0u);
  EXPECT_FALSE(none.finished);
  EXPECT_EQ(none.nodes, none.nodes_before);
  const StillFails broken = [](const Specimen&) -> Result<bool> { return make_error(StatusCode::kAborted, "no"); };
  const Reduction one = reduce(start, rig.oracle(), kSeconds, broken).value();
  EXPECT_EQ(one.tries, 1u);
  EXPECT_FALSE(one.finished);
}

}  // namespace
}  // namespace mortise::conformance
