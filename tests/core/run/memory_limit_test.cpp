// session.memory_limit_mib: what a run may take, whoever takes it, and the sentence that says so.
#include <gmock/gmock.h>

#include "mortise/core/session.h"
#include "tests/support/model_text.h"

namespace mortise {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// graph: a GraphProto in protobuf's text form.
Result<Session> load(const std::string& graph, uint64_t limit_mib, Config config = {}) {
  const std::string bytes = test::model_of_graph(graph);
  config.session.memory_limit_mib = limit_mib;
  return Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes)), .config = std::move(config)});
}

std::string node(const std::string& op, const std::string& input, const std::string& output) {
  return "node { op_type: '" + op + "' name: 'make_" + output + "' input: '" + input + "' output: '" + output + "' } ";
}
std::string port(const std::string& what, const std::string& name, int type, const std::string& dims) {
  std::string shape;
  for (const char c : dims) shape += c == '?' ? "dim {} " : std::string("dim { dim_value: ") + c + " } ";
  return what + " { name: '" + name + "' type { tensor_type { elem_type: " + std::to_string(type) + " shape { " +
         shape + "} } } } ";
}

Tensor ints(std::vector<int64_t> values) {
  return Tensor::of<int64_t>({static_cast<int64_t>(values.size())}, std::span<const int64_t>(values));
}

// y = ConstantOfShape(shape), which only the run knows.
const std::string kFill =
    port("input", "shape", 7, "1") + node("ConstantOfShape", "shape", "y") + "output { name: 'y' }";

TEST(MemoryLimit, HoldsForAnOutputWhoseShapeOnlyTheRunKnows) {
  auto session = load(kFill, 2);
  ASSERT_TRUE(session.ok()) << session.status().message();
  for (int i = 0; i < 50; ++i) {
    const Status status = session->run({{"shape", ints({1 << 20})}}).status();
    EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
    EXPECT_THAT(status.message(), AllOf(HasSubstr("node 'make_y'"), HasSubstr("4194304 bytes"), HasSubstr("2097152"),
                                        HasSubstr("session.memory_limit_mib")));
    // What a failed run had is given back.
    EXPECT_TRUE(session->run({{"shape", ints({400'000})}}).ok());
  }
}

TEST(MemoryLimit, OfTheMachineHoldsWhereNoneIsSet) {
  auto session = load(kFill, 0);
  ASSERT_TRUE(session.ok()) << session.status().message();
  for (const int64_t size : {int64_t{1} << 44, int64_t{1} << 61, INT64_MAX}) {
    const Status status = session->run({{"shape", ints({size})}}).status();
    EXPECT_EQ(status.code(), size > int64_t{1} << 60 ? status.code() : StatusCode::kResourceExhausted);
    EXPECT_THAT(status.message(), HasSubstr("node 'make_y'"));
  }
}

TEST(MemoryLimit, CountsWhatTheReferenceProviderTakesBetweenNodes) {
  const std::string graph = port("input", "x", 1, "?") + node("Neg", "x", "a") + node("Abs", "a", "b") +
                            node("Neg", "b", "y") + port("output", "y", 1, "?");
  const Tensor x = Tensor::of<float>({1 << 18}, std::span<const float>(std::vector<float>(1 << 18)));  // 1 MiB
  auto small = load(graph, 2);
  ASSERT_TRUE(small.ok()) << small.status().message();
  EXPECT_THAT(small->run({{"x", x}}).status().message(), HasSubstr("session.memory_limit_mib"));
  auto large = load(graph, 4);
  ASSERT_TRUE(large.ok()) << large.status().message();
  for (int i = 0; i < 5; ++i) {
    const auto outputs = large->run({{"x", x}});
    EXPECT_TRUE(outputs.ok()) << outputs.status().message();
  }
}

TEST(MemoryLimit, CountsOutputsAsLongAsTheApplicationKeepsThem) {
  auto session = load(kFill, 2);
  ASSERT_TRUE(session.ok()) << session.status().message();
  std::vector<Value> kept;
  Status status;
  while (status.ok() && kept.size() < 100) {
    auto outputs = session->run({{"shape", ints({60'000})}});
    status = outputs.status();
    if (status.ok()) kept.push_back(outputs->at("y"));
  }
  EXPECT_THAT(status.message(), HasSubstr("in use"));
  EXPECT_GE(kept.size(), 7u);
  kept.clear();
  EXPECT_TRUE(session->run({{"shape", ints({60'000})}}).ok());
}

TEST(MemoryLimit, HoldsForWhatALoopCollects) {
  const std::string body =
      "node { op_type: 'Identity' input: 'go' output: 'still' } node { op_type: 'Identity' input: 'row' output: 'r' } "
      "input { name: 'i' type { tensor_type { elem_type: 7 shape {} } } } "
      "input { name: 'go' type { tensor_type { elem_type: 9 shape {} } } } "
      "output { name: 'still' type { tensor_type { elem_type: 9 shape {} } } } " +
      port("output", "r", 1, "?");
  const std::string graph = "input { name: 'trips' type { tensor_type { elem_type: 7 shape {} } } } " +
                            port("input", "row", 1, "?") +
                            "node { op_type: 'Loop' name: 'loop' input: 'trips' input: '' output: 'y' attribute { "
                            "name: 'body' type: GRAPH g { " +
                            body + " } } } output { name: 'y' type { tensor_type { elem_type: 1 } } }";
  auto session = load(graph, 8);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Tensor row = Tensor::of<float>({4096}, std::span<const float>(std::vector<float>(4096)));  // 16 KiB
  const auto run = [&](int64_t trips) {
    return session->run({{"trips", Tensor::of<int64_t>({}, {trips})}, {"row", row}}).status();
  };
  EXPECT_TRUE(run(100).ok()) << run(100).message();
  const Status status = run(int64_t{1} << 40);
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted) << status.message();
  EXPECT_THAT(status.message(), AllOf(HasSubstr("node "), HasSubstr("session.memory_limit_mib")));
  EXPECT_TRUE(run(100).ok());
}

TEST(MemoryLimit, LeavesAConstantThatIsTooLargeToTheRun) {
  const std::string shape = "initializer { name: 'shape' data_type: 7 dims: 1 int64_data: 1000000 } ";
  const std::string graph = shape + node("ConstantOfShape", "shape", "a") + node("Neg", "a", "b") +
                            node("ReduceSum", "b", "y") + "output { name: 'y' }";
  auto session = load(graph, 2);
  ASSERT_TRUE(session.ok()) << session.status().message();
  EXPECT_THAT(session->run(std::map<std::string, Value>{}).status().message(),
              AllOf(HasSubstr("4000000 bytes"), HasSubstr("session.memory_limit_mib")));
  auto enough = load(graph, 16);
  ASSERT_TRUE(enough.ok()) << enough.status().message();
  EXPECT_TRUE(enough->run(std::map<std::string, Value>{}).ok());
}

TEST(MemoryLimit, NamesAValueWhoseDeclaredShapeIsTooLarge) {
  // 9^9 * 4 bytes: 1.5 GB
  const std::string graph = port("input", "x", 1, "1") + "initializer { name: 's' data_type: 7 dims: 9 " +
                            "int64_data: [9, 9, 9, 9, 9, 9, 9, 9, 9] } " +
                            "node { op_type: 'Expand' name: 'grow' input: 'x' input: 's' output: 'y' } " +
                            port("output", "y", 1, "999999999");
  auto session = load(graph, 100);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Status status = session->run({{"x", Tensor::of<float>({1}, {1.0f})}}).status();
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(), AllOf(HasSubstr("value 'y' of node 'grow' (Expand)"), HasSubstr("1549681956 bytes"),
                                      HasSubstr("104857600")));
}

// Inputs of 40 KB and a scalar result, but pairs of the inputs make 4 MB.
TEST(MemoryLimit, CountsWhatAnEinsumMultipliesOnTheWay) {
  std::string graph, inputs;
  std::map<std::string, Value> values;
  for (const char* name : {"ab", "ac", "ad", "bc", "bd", "cd"}) {
    graph += port("input", name, 6, "??");
    inputs += concat("input: '", name, "' ");
    const std::vector<int32_t> ones(100 * 100, 1);
    values.emplace(name, Tensor::of<int32_t>({100, 100}, std::span<const int32_t>(ones)));
  }
  graph += "node { op_type: 'Einsum' name: 'pairs' " + inputs +
           "output: 'y' attribute { name: 'equation' type: STRING s: 'ab,ac,ad,bc,bd,cd->' } } output { name: 'y' }";
  auto small = load(graph, 3);
  ASSERT_TRUE(small.ok()) << small.status().message();
  const Status status = small->run(values).status();
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(), AllOf(HasSubstr("node 'pairs'"), HasSubstr("session.memory_limit_mib")));
  auto large = load(graph, 16);
  ASSERT_TRUE(large.ok()) << large.status().message();
  const auto outputs = large->run(values);
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  EXPECT_EQ(*outputs->at("y").tensor.data<int32_t>(), 100'000'000);
}

// No memory, but rows without end: each kernel would walk them.
// Characters lie elsewhere than the elements of a tensor. Each turn gives the same text of 64 KiB, and a loop keeps all.
TEST(MemoryLimit, HoldsForTheCharactersOfStrings) {
  const std::string body = port("input", "turn", 7, "") + port("input", "go", 9, "") +
                           "node { op_type: 'Identity' input: 'start' output: 'text' } "
                           "node { op_type: 'Identity' input: 'go' output: 'goes' } " +
                           "output { name: 'goes' } output { name: 'text' }";
  auto session = load(port("input", "turns", 7, "") + port("input", "start", 8, "") +
                          "node { op_type: 'Loop' input: ['turns', ''] output: 'y' attribute { name: 'body' "
                          "type: GRAPH g { name: 'body' " +
                          body + " } } } output { name: 'y' }",
                      16);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const Tensor start = Tensor::strings({}, {std::string(1 << 16, 'x')});
  const auto run = [&](int64_t turns) {
    return session->run({{"turns", Tensor::of<int64_t>({}, {turns})}, {"start", start}});
  };
  const auto few = run(50);
  ASSERT_TRUE(few.ok()) << few.status().message();
  EXPECT_EQ(few->at("y").tensor.num_elements(), 50);
  const Status status = run(1000).status();
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(), HasSubstr("session.memory_limit_mib"));
}

// Elements of a sequence take far more than the bytes of small tensors.
TEST(MemoryLimit, HoldsForManyElementsOfASequence) {
  auto session = load(port("input", "x", 1, "?") +
                          "node { op_type: 'SplitToSequence' input: 'x' output: 's' } "
                          "node { op_type: 'SequenceLength' input: 's' output: 'y' } output { name: 'y' }",
                      64);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const auto run = [&](int64_t size) { return session->run({{"x", Tensor::allocate(DType::kF32, {size}).value()}}); };
  const auto split = run(50'000);
  ASSERT_TRUE(split.ok()) << split.status().message();
  const Status status = run(2'000'000).status();
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(), HasSubstr("session.memory_limit_mib"));
}

TEST(MemoryLimit, HoldsForTheRowsOfTensorsWithoutElements) {
  auto session = load(port("input", "x", 1, "??") + node("Softmax", "x", "y") + port("output", "y", 1, "??"), 0);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const auto run = [&](int64_t rows) {
    return session->run({{"x", Tensor::allocate(DType::kF32, {rows, 0}).value()}});
  };
  EXPECT_TRUE(run(1000).ok());
  EXPECT_THAT(run(int64_t{1} << 50).status().message(), HasSubstr("more rows than can be walked"));
}

TEST(MemoryLimit, IsNotTakenUpByFramesOfOtherShapes) {
  const std::string graph =
      port("input", "x", 1, "?") + node("Neg", "x", "a") + node("Abs", "a", "y") + port("output", "y", 1, "?");
  auto session = load(graph, 4);
  ASSERT_TRUE(session.ok()) << session.status().message();
  for (int64_t size = 100'000; size < 250'000; size += 10'000) {
    const Tensor x = Tensor::of<float>({size}, std::span<const float>(std::vector<float>(static_cast<size_t>(size))));
    const auto outputs = session->run({{"x", x}});
    EXPECT_TRUE(outputs.ok()) << size << ": " << outputs.status().message();
  }
}

}  // namespace
}  // namespace mortise
