#include "core/plan/work.h"

#include <gtest/gtest.h>

namespace mortise::plan {
namespace {

// One node over values of the given shapes; the last is its output.
Graph one_node(std::string_view op, const std::vector<Type>& types) {
  Graph graph(std::make_shared<StringTable>());
  Node node;
  node.op_type = graph.intern(op);
  for (size_t i = 0; i < types.size(); ++i) {
    const ValueId id = graph.add_value(graph.intern("v" + std::to_string(i)), types[i]);
    (i + 1 == types.size() ? node.outputs : node.inputs).push_back(id);
  }
  graph.add_node(std::move(node));
  return graph;
}

Type f32(const Shape& shape) { return Type::tensor(DType::kF32, shape); }

TEST(Work, OfAConvolutionIsTwoPerMultiplyAdd) {
  const Graph graph = one_node("Conv", {f32({1, 3, 8, 8}), f32({4, 3, 3, 3}), f32({1, 4, 6, 6})});
  EXPECT_EQ(estimated_work(graph, 0), 2.0 * (4 * 6 * 6) * (3 * 3 * 3));
}

TEST(Work, OfAMatrixProductIsTwoPerMultiplyAdd) {
  const Graph graph = one_node("MatMul", {f32({2, 5, 7}), f32({7, 3}), f32({2, 5, 3})});
  EXPECT_EQ(estimated_work(graph, 0), 2.0 * 2 * 5 * 3 * 7);
}

TEST(Work, OfAnythingElseIsTheElementsOfItsOutput) {
  EXPECT_EQ(estimated_work(one_node("Relu", {f32({2, 3}), f32({2, 3})}), 0), 6.0);
}

TEST(Work, OfAnUnknownShapeIsOne) {
  const Type unknown = Type::tensor(DType::kF32);
  EXPECT_EQ(estimated_work(one_node("Relu", {unknown, unknown}), 0), 1.0);
  EXPECT_EQ(static_bytes(one_node("Relu", {unknown, unknown}), 0), std::nullopt);
}

TEST(Work, CountsBytesAndSurvivesHugeShapes) {
  const Shape huge{INT64_MAX, INT64_MAX};
  const Graph graph = one_node("Relu", {f32({2, 3}), f32(huge)});
  EXPECT_EQ(static_bytes(graph, 0), 24u);
  EXPECT_EQ(static_bytes(graph, 1), std::nullopt);
  EXPECT_GT(estimated_work(graph, 0), 8e37);
}

}  // namespace
}  // namespace mortise::plan
