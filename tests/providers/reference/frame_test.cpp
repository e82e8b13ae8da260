// Session: memory, cancellation, errors. Runs chains of Identity.
#include <gmock/gmock.h>

#include "providers/reference/entry.h"
#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// `length` Identity nodes one after the other.
void chain(TestGraph& graph, uint32_t length, DType dtype) {
  uint32_t value = graph.add_input(Value(Tensor::view(dtype, {}, nullptr)));
  for (uint32_t i = 0; i < length; ++i) {
    const uint32_t next = graph.add_value(dtype);
    graph.add_node({.op = "Identity", .inputs = {value}, .outputs = {next}, .name = "n" + std::to_string(i)});
    value = next;
  }
  graph.add_output(value);
}

std::unique_ptr<TestSession> open(TestHost& host, const TestGraph& graph) {
  auto session = TestSession::open(host, graph, reference::entry(), "org.mortise.reference");
  EXPECT_TRUE(session.ok()) << session.status().message();
  return session.ok() ? std::move(*session) : nullptr;
}

TEST(Session, ShapesMayChangeFromRunToRun) {
  TestHost host;
  TestGraph graph;
  chain(graph, 5, DType::kF32);
  const auto session = open(host, graph);
  for (const int64_t size : {3, 3, 1000, 2, 0, 1000, 4}) {
    Tensor x = Tensor::allocate(DType::kF32, {size}).value();
    for (int64_t i = 0; i < size; ++i) x.data<float>()[i] = static_cast<float>(i);
    const auto y = session->run({x});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_EQ((*y)[0].tensor.shape(), Shape{size});
    EXPECT_EQ(floats((*y)[0]), floats(Value(x)));
  }
}

TEST(Session, WritesPreallocatedOutputInPlace) {
  TestHost host;
  TestGraph graph;
  chain(graph, 2, DType::kI64);
  const auto session = open(host, graph);
  const Tensor out = Tensor::of<int64_t>({2}, {0, 0});
  const auto y = session->run({Tensor::of<int64_t>({2}, {4, 5})}, {.outputs = {{0, out}}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<int64_t>(Value(out)), ElementsAre(4, 5));
}

TEST(Session, ReplacesPreallocatedOutputOfAnotherShape) {
  TestHost host;
  TestGraph graph;
  chain(graph, 2, DType::kI64);
  const auto session = open(host, graph);
  const auto y = session->run({Tensor::of<int64_t>({2}, {4, 5})}, {.outputs = {{0, Tensor::of<int64_t>({1}, {0})}}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<int64_t>((*y)[0]), ElementsAre(4, 5));
}

TEST(Session, StopsWhenCancelled) {
  TestHost host;
  TestGraph graph;
  chain(graph, 100, DType::kF32);
  const auto session = open(host, graph);
  int asked = 0;
  const auto y = session->run({Tensor::of<float>({1}, {1})}, {.is_cancelled = [&] { return ++asked == 3; }});
  EXPECT_EQ(y.status().code(), StatusCode::kCancelled);
  EXPECT_EQ(asked, 3);
  EXPECT_TRUE(session->run({Tensor::of<float>({1}, {1})}).ok());
}

TEST(Session, CarriesStringsThroughAChain) {
  TestHost host;
  TestGraph graph;
  chain(graph, 3, DType::kString);
  const auto session = open(host, graph);
  for (int i = 0; i < 2; ++i) {
    const auto y = session->run({Tensor::strings({2}, {"x", "a longer string than fits in place"})});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_THAT(strings((*y)[0]), ElementsAre("x", "a longer string than fits in place"));
  }
}

TEST(Provider, RejectsUnknownOption) {
  TestHost host;
  TestGraph graph;
  chain(graph, 1, DType::kF32);
  const auto session = TestSession::open(host, graph, reference::entry(), "org.mortise.reference", R"({"speed": 1})");
  EXPECT_EQ(session.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(session.status().message(), HasSubstr("'speed'"));
}

}  // namespace
}  // namespace mortise::test
