// Runs: dynamic shapes, views, empty tensors, threads, concurrency, profiles, refusals, options.
#include <gmock/gmock.h>

#include <thread>

#include "tests/plugins/neon_cpu/neon_model.h"
#include "tests/support/model_text.h"

namespace mortise::test {
namespace {

using testing::HasSubstr;

// Two layers with everything that is cut into chunks, large enough to be cut.
NeonModel network() {
  NeonModel model;
  model.input("x", {-1, 3, 40, 40}, "n");
  model.node("Conv", {"x", model.weights({16, 3, 3, 3}), model.weights({16})}, "a",
             {{"pads", std::vector<int64_t>{1, 1, 1, 1}}});
  model.node("Relu", {"a"}, "b");
  model.node("Conv", {"b", model.weights({16, 1, 3, 3})}, "c",
             {{"pads", std::vector<int64_t>{1, 1, 1, 1}}, {"group", int64_t{16}}});
  model.node("Sigmoid", {"c"}, "d");
  model.node("Reshape", {"d", model.ints({0, 16, 1600})}, "e");
  model.node("MatMul", {"e", model.weights({1600, 200}, -0.05f, 0.05f)}, "f");
  model.node("Reshape", {"f", model.ints({-1, 200})}, "g");
  model.node("Gemm", {"g", model.weights({50, 200}, -0.1f, 0.1f), model.weights({50})}, "y", {{"transB", int64_t{1}}});
  model.output("y");
  return model;
}

TEST(NeonSession, SwitchesPlansWithTheShapes) {
  const NeonModel model = network();
  Session neon = model.load_neon(), reference = model.load_reference();
  // More sets of shapes than are kept, forth and back, an empty one among them.
  for (const int64_t n : {1, 2, 1, 0, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2}) {
    const std::vector<Tensor> inputs = {random_tensor({n, 3, 40, 40}, static_cast<uint32_t>(n) + 1)};
    expect_close(run(neon, inputs), run(reference, inputs), 1e-4f);
  }
}

TEST(NeonSession, GivesEqualBitsForAnyNumberOfThreads) {
  const NeonModel model = network();
  const std::vector<Tensor> inputs = {random_tensor({3, 3, 40, 40})};
  Session one = model.load_neon({.threads = 1});
  const std::vector<Tensor> expected = run(one, inputs);
  for (const uint32_t threads : {2u, 4u}) {
    Session session = model.load_neon({.threads = threads});
    for (int i = 0; i < 5; ++i) expect_same_bits(run(session, inputs), expected);
  }
}

TEST(NeonSession, RunsAtTheSameTime) {
  const NeonModel model = network();
  Session session = model.load_neon({.threads = 2});
  std::vector<std::vector<Tensor>> inputs, expected;
  for (uint32_t t = 0; t < 4; ++t) {
    inputs.push_back({random_tensor({1 + t % 2, 3, 40, 40}, t)});
    expected.push_back(run(session, inputs.back()));
  }
  std::vector<std::jthread> threads;
  for (uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) expect_same_bits(run(session, inputs[t]), expected[t]);
    });
  }
}

TEST(NeonSession, CopiesOutputsThatAreViews) {
  NeonModel model;
  model.input("x", {2, 3, 4});
  model.node("Reshape", {"x", model.ints({6, 4})}, "view");  // of an input
  model.node("Exp", {"x"}, "a");
  model.node("Flatten", {"a"}, "b");  // of a value that is an output too
  model.node("Identity", {"b"}, "c");
  model.node("Unsqueeze", {model.weights({2}), model.ints({0})}, "d");  // of a constant
  for (const char* name : {"view", "a", "b", "c", "d"}) model.output(name);
  model.expect_like_reference({random_tensor({2, 3, 4})});
}

TEST(NeonSession, TakesEmptyTensorsAndScalars) {
  NeonModel model;
  model.input("x", {-1, -1});
  model.input("s", {});
  model.node("Add", {"x", "s"}, "a");
  model.node("MatMul", {"a", model.weights({4, 3})}, "b");
  model.node("Sqrt", {"s"}, "r");
  model.output("b");
  model.output("r");
  for (const int64_t n : {0, 1, 5}) {
    model.expect_like_reference({random_tensor({n, 4}), Tensor::of<float>({}, {2.0f})});
  }
}

TEST(NeonSession, RefusesAnIndexOutOfRange) {
  NeonModel model;
  model.input("i", {3}, "", DType::kI64);
  model.output(model.node("Gather", {model.weights({4, 2}), "i"}, "y"));
  model.expect_like_reference({Tensor::of<int64_t>({3}, {0, -4, 3})});
  Session session = model.load_neon();
  std::vector<Value> in = {Tensor::of<int64_t>({3}, {0, 4, 1})}, out(1);
  EXPECT_THAT(session.run(in, out).message(), HasSubstr("an index is outside"));
}

// Extents that only an empty tensor can have: nothing that is counted, allocated or looped over by them.
TEST(NeonSession, SurvivesHugeExtentsOfEmptyTensors) {
  constexpr int64_t kHuge = int64_t{1} << 40;
  NeonModel model;
  model.input("a", {-1, 0, 3});
  model.node("MatMul", {"a", "a_t"}, "product");
  model.input("a_t", {-1, 3, 0});
  model.node("Split", {"a"}, std::vector<std::string>{"b", "c"}, {{"axis", int64_t{0}}});
  model.node("Softmax", {"a"}, "d");
  model.node("ReduceSum", {"a", model.ints({0, 2})}, "e");
  for (const char* name : {"product", "b", "c", "d", "e"}) model.output(name);
  Session session = model.load_neon();
  EXPECT_EQ(nodes_on_neon(session), 4u);
  const std::vector<Tensor> outputs = run(session, {Tensor::allocate(DType::kF32, {kHuge, 0, 3}).value(),
                                                    Tensor::allocate(DType::kF32, {kHuge, 3, 0}).value()});
  EXPECT_EQ(outputs[0].shape(), (Shape{kHuge, 0, 0}));
  EXPECT_EQ(outputs[1].shape(), (Shape{kHuge / 2, 0, 3}));
  EXPECT_EQ(outputs[4].shape(), (Shape{1, 0, 1}));
}

TEST(NeonSession, DeclinesWithSentences) {
  NeonModel model;
  model.input("x", {3, 3}, "", DType::kF64);
  model.input("shape", {2}, "", DType::kI64);
  model.node("Abs", {"x"}, "a");
  model.node("Reshape", {"a", "shape"}, "b");
  model.node("Det", {"x"}, "c");
  model.output("b", DType::kF64);
  const NeonModel& declined = model;
  Session session = declined.load_neon();
  std::vector<std::string> texts;
  for (const NodePlacement& node : session.placement().graph.nodes) {
    texts.push_back(node.verdicts[0].code + ": " + node.verdicts[0].text);
  }
  EXPECT_THAT(texts, testing::ElementsAre("dtype: Abs: 'x' is float64, supported: float32",
                                          "not_constant: Reshape: input 1 ('shape') must be constant",
                                          "op: Det: not among the operators of this provider"));
}

TEST(NeonSession, TellsItsTarget) {
  NeonModel model;
  model.input("x", {1});
  model.output(model.node("Abs", {"x"}, "y"));
  Session session = model.load_neon({.threads = 2});
  EXPECT_THAT(session.providers()[0].device, testing::ContainsRegex("(NEON|SSE4|AVX2|AVX3|AVX3_DL), [0-9]+ workers"));
}

TEST(NeonSession, RefusesOptionsByName) {
  Config config;
  config.providers.push_back({.id = "org.mortise.neon",
                              .library = MORTISE_NEON_LIBRARY,
                              .on_failure = OnFailure::kError,
                              .options = R"({"fuze": true})"});
  NeonModel small;
  small.input("x", {1});
  small.output(small.node("Abs", {"x"}, "y"));
  EXPECT_THAT([&] { small.load(config); }, testing::ThrowsMessage<std::runtime_error>(HasSubstr("fuze")));
}

// Windows that no network has: on the reference provider, or wherever they are refused; an empty plane is nobody's fault.
TEST(NeonSession, SurvivesWindowsThatMakeNoSense) {
  const Dims huge{int64_t{1} << 30, int64_t{1} << 30}, pads(4, int64_t{1} << 29);
  const std::vector<std::pair<Shape, NodeAttributes>> cases = {
      {{1, 3, 5, 0}, {{"group", int64_t{3}}, {"auto_pad", std::string("SAME_UPPER")}}},
      {{1, 3, 0, 5}, {{"group", int64_t{3}}, {"auto_pad", std::string("SAME_UPPER")}}},
      {{1, 3, 4, 4}, {{"group", int64_t{3}}, {"strides", huge}}},
      {{1, 3, 4, 4}, {{"group", int64_t{3}}, {"strides", huge}, {"pads", pads}}},
      {{1, 3, 3, 3},
       {{"group", int64_t{3}}, {"dilations", Dims{1 << 29, 1 << 29}}, {"pads", pads}, {"strides", huge}}}};
  for (const auto& [shape, attributes] : cases) {
    for (const int64_t kernel : {1, 3}) {
      NeonModel model;
      model.input("x", Dims(shape.begin(), shape.end()));
      model.output(model.node("Conv", {"x", model.weights({3, 1, kernel, kernel})}, "y", attributes));
      try {
        model.expect_like_reference({random_tensor(shape)});
      } catch (const std::runtime_error& refused) {
        EXPECT_FALSE(std::string(refused.what()).empty());
      }
    }
  }
}

// More operands than a pointwise program has registers, the same one over and over among them.
TEST(NeonSession, TakesOperatorsWithManyInputs) {
  for (const char* op : {"Sum", "Max", "Mean"}) {
    for (const int count : {11, 12, 13, 23, 24, 25, 300}) {
      for (const bool same : {true, false}) {
        if (!same && count == 300) continue;
        NeonModel model;
        std::vector<std::string> names;
        std::vector<Tensor> inputs;
        for (int i = 0; i < count; ++i) {
          if (same && i > 0) {
            names.push_back(names[0]);
            continue;
          }
          names.push_back(model.input("x" + std::to_string(i), {5}));
          inputs.push_back(random_tensor({5}, static_cast<uint32_t>(i)));
        }
        model.output(model.node(op, names, "y"));
        // With the reference behind it, for what needs too many.
        Config config;
        config.providers = {{.id = "org.mortise.neon", .library = MORTISE_NEON_LIBRARY}};
        Session neon = model.load(config), reference = model.load_reference();
        expect_close(run(neon, inputs), run(reference, inputs), 1e-5f);
      }
    }
  }
}

TEST(NeonSession, ClaimsWithoutMemoryForWhatAModelDeclares) {
  NeonModel model;
  const int64_t huge = int64_t{1} << 36;
  model.output(model.node("MatMul", {model.input("x", {huge, 2, 2}), model.input("z", {huge, 2, 2})}, "y"));
  try {
    model.load_neon();
  } catch (const std::runtime_error& refused) {
    EXPECT_FALSE(std::string(refused.what()).empty());
  }
}

// The model says that r has as many rows as the product; in the run it has one, which broadcasts.
TEST(NeonSession, TrustsNoTypeThatAModelOnlyDeclares) {
  const std::string bytes = model_of_graph(R"(
    node { op_type: "Compress" input: "q" input: "keep" output: "r" attribute { name: "axis" type: INT i: 0 } }
    node { op_type: "MatMul" input: "x" input: "w" output: "p" }
    node { op_type: "Add" input: "p" input: "r" output: "y" }
    initializer { name: "w" data_type: 1 dims: 2 dims: 2 float_data: [1, 0, 0, 1] }
    input { name: "x" type { tensor_type { elem_type: 1 shape { dim { dim_param: "N" } dim { dim_value: 2 } } } } }
    input { name: "q" type { tensor_type { elem_type: 1 shape { dim { dim_value: 2 } dim { dim_value: 2 } } } } }
    input { name: "keep" type { tensor_type { elem_type: 9 shape { dim { dim_value: 2 } } } } }
    output { name: "y" type { tensor_type { elem_type: 1 } } }
    value_info { name: "r" type { tensor_type { elem_type: 1 shape { dim { dim_param: "N" } dim { dim_value: 2 } } } } })");
  Config config;
  config.providers = {{.id = "org.mortise.neon", .library = MORTISE_NEON_LIBRARY}};
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes)), .config = config});
  ASSERT_TRUE(session.ok()) << session.status().message();
  const int64_t rows = 4096;
  const Tensor x = random_tensor({rows, 2});
  auto outputs = session->run(
      {{"x", x}, {"q", Tensor::of<float>({2, 2}, {1, 2, 3, 4})}, {"keep", Tensor::of<bool>({2}, {false, true})}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  const auto y = outputs->at("y").tensor.elements<float>();
  ASSERT_EQ(y.size(), static_cast<size_t>(2 * rows));
  for (size_t i = 0; i < y.size(); ++i) ASSERT_EQ(y[i], x.elements<float>()[i] + (i % 2 == 0 ? 3 : 4)) << i;
}

}  // namespace
}  // namespace mortise::test
