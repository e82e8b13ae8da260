// Random operators: what a seed decides.
#include <gmock/gmock.h>

#include "providers/reference/entry.h"
#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

// What two nodes of one model draw in one run.
std::pair<std::vector<float>, std::vector<float>> draw_twice(const std::string& op, Attributes attributes) {
  TestHost host;
  TestGraph graph;
  const bool like = op != "RandomUniform" && op != "RandomNormal";
  const Value x = Tensor::of<float>({8}, {0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f});
  std::vector<uint32_t> inputs;
  if (like) {
    inputs = {graph.add_input(x)};
  } else {
    attributes.emplace_back("shape", std::vector<int64_t>{8});
  }
  for (int i = 0; i < 2; ++i) {
    const uint32_t y = graph.add_value(DType::kF32);
    graph.add_node({.op = op, .version = 1, .attributes = attributes, .inputs = inputs, .outputs = {y}});
    graph.add_output(y);
  }
  const auto session = TestSession::open(host, graph, reference::entry(), "org.mortise.reference");
  EXPECT_TRUE(session.ok()) << session.status().message();
  const auto y = (*session)->run(like ? std::vector<Value>{x} : std::vector<Value>{});
  EXPECT_TRUE(y.ok()) << y.status().message();
  return {floats((*y)[0]), floats((*y)[1])};
}

constexpr const char* kOps[] = {"RandomUniform", "RandomNormal", "RandomUniformLike", "RandomNormalLike"};

TEST(Random, NodesWithoutASeedDrawDifferentNumbersAndRepeatThem) {
  for (const char* op : kOps) {
    const auto first = draw_twice(op, {}), again = draw_twice(op, {});
    EXPECT_NE(first.first, first.second) << op;
    EXPECT_EQ(first, again) << op;
  }
}

TEST(Random, NodesOfOneSeedDrawTheSameNumbers) {
  for (const char* op : kOps) {
    const auto [a, b] = draw_twice(op, {{"seed", 0.0f}});
    EXPECT_EQ(a, b) << op;
    EXPECT_NE(a, draw_twice(op, {{"seed", 1.0f}}).first) << op;
  }
}

}  // namespace
}  // namespace mortise::test
