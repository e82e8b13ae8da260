// Session: memory, cancellation, errors. Runs chains of Identity.
#include <gmock/gmock.h>

#include <new>

#include "mortise/ext/host_memory.h"
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

// What the host lends out of the session's budget; counts, and refuses what goes beyond the limit.
uint64_t lent = 0, limit = 0;
constexpr mortise_host_memory_t kLender = {
    .allocate = [](const mortise_host_t*, uint64_t size, void** data, mortise_error_t*) -> mortise_status {
      if (lent + size > limit) return MORTISE_RESOURCE_EXHAUSTED;
      lent += size;
      *data = ::operator new(std::max<uint64_t>(size, 1), std::align_val_t(64));
      return MORTISE_OK;
    },
    .release =
        [](const mortise_host_t*, void* data, uint64_t size) {
          lent -= size;
          ::operator delete(data, std::align_val_t(64));
        },
};

// A thousand numbers as strings of ten characters are made, and then copied for whoever reads them.
TEST(Session, TakesStringsOutOfTheBudget) {
  constexpr uint64_t kCount = 1000, kMade = kCount * (sizeof(mortise_string_t) + 10);
  TestHost host;
  host.set_extension(MORTISE_EXT_HOST_MEMORY, &kLender);
  TestGraph graph;
  const Value x = Tensor::of<int64_t>({kCount}, std::vector<int64_t>(kCount, 1'234'567'890));
  const uint32_t text = graph.add_value(DType::kString);
  graph.add_node({.op = "Cast",
                  .version = 13,
                  .attributes = {{"to", int64_t{MORTISE_DTYPE_STRING}}},
                  .inputs = {graph.add_input(x)},
                  .outputs = {text},
                  .name = "text"});
  graph.add_output(text);
  const auto session = open(host, graph);
  limit = 2 * kMade + 3 * 4096;
  const auto y = session->run({x});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(strings((*y)[0]), std::vector<std::string>(kCount, "1234567890"));
  limit = 2 * kMade - 1;
  EXPECT_EQ(session->run({x}).status().code(), StatusCode::kResourceExhausted);
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
