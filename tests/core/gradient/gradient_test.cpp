// What a Gradient asks for: at which values, through which nodes; and the sentences for what cannot be answered.
#include "core/gradient/gradient.h"

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <cmath>

#include "core/infer/infer.h"
#include "core/model/load.h"
#include "mortise/core/session.h"
#include "tests/core/gradient/gradient_check.h"

namespace mortise {
namespace {

using test::training_model;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kGradient = " = ai.onnx.preview.training.Gradient ";

std::map<std::string, Value> run(const std::string& model, const std::map<std::string, Value>& inputs) {
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(model))});
  EXPECT_TRUE(session.ok()) << session.status().message();
  if (!session.ok()) return {};
  auto outputs = session->run(inputs);
  EXPECT_TRUE(outputs.ok()) << outputs.status().message();
  return outputs.ok() ? *std::move(outputs) : std::map<std::string, Value>();
}

std::vector<float> floats(const std::map<std::string, Value>& outputs, const std::string& name) {
  const auto found = outputs.find(name);
  if (found == outputs.end()) return {};
  const auto elements = found->second.tensor.elements<float>();
  return {elements.begin(), elements.end()};
}

Tensor vector(std::initializer_list<float> elements) {
  return Tensor::of<float>({static_cast<int64_t>(elements.size())}, elements);
}

std::string failure(const std::string& model, const LoadOptions& options = {}) {
  auto loaded = load_model(std::as_bytes(std::span(model)), {}, options);
  return loaded.ok() ? "loaded" : loaded.status().message();
}

std::string failure_of(const std::string& nodes, const std::string& gradient = "<xs = [\"x\"], y = \"y\"> (x)",
                       int opset = 18) {
  return failure(training_model(
      "g (float[3, 3] x, int64[2] i) => (float d) {\n" + nodes + "\nd" + kGradient + gradient + "\n}", opset));
}

TEST(Gradient, IsOrdinaryNodesAfterLoading) {
  const std::string model =
      training_model("g (float[3] x) => (float d) { y = Exp(x) d" + kGradient + "<xs = [\"x\"], y = \"y\"> (x) }");
  auto loaded = load_model(std::as_bytes(std::span(model)), {});
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  const Graph& graph = loaded->graph;
  for (NodeId id = 0; id < graph.num_nodes(); ++id) EXPECT_EQ(graph.node(id).domain, "") << describe(graph, id);
  EXPECT_TRUE(graph.validate().ok());
}

TEST(Gradient, KeepsWhatItNamesInZsConstant) {
  const std::string model =
      training_model("g (float[2] x, float[2] z) => (float d) { h = Mul(x, x) a = Add(h, z) y = Mul(a, h) d" +
                     kGradient + "<xs = [\"x\"], zs = [\"h\", \"z\"], y = \"y\"> (x, h, z) }");
  EXPECT_THAT(floats(run(model, {{"x", vector({2, 3})}, {"z", vector({5, 7})}}), "d"), ElementsAre(0, 0));
}

TEST(Gradient, IsOfIntermediateValues) {
  const std::string model = training_model("g (float[2] x) => (float d) { h = Exp(x) y = Mul(h, h) d" + kGradient +
                                           "<xs = [\"h\"], y = \"y\"> (h) }");
  const auto d = floats(run(model, {{"x", vector({0, 1})}}), "d");
  ASSERT_EQ(d.size(), 2u);
  EXPECT_FLOAT_EQ(d[0], 2);
  EXPECT_FLOAT_EQ(d[1], 2 * std::exp(1.0f));
}

// d(x * x * z) / dx at x = a, z = b, whatever x and z are; y itself keeps its own values.
TEST(Gradient, IsTakenAtTheInputsItIsGiven) {
  const std::string model = training_model(
      "g (float[2] x, float[2] z, float[2] a, float[2] b) => (float y, float d) { h = Mul(x, x) y = Mul(h, z) d" +
      kGradient + "<xs = [\"x\"], zs = [\"z\"], y = \"y\"> (a, b) }");
  const auto outputs =
      run(model, {{"x", vector({1, 2})}, {"z", vector({3, 4})}, {"a", vector({5, 6})}, {"b", vector({7, 8})}});
  EXPECT_THAT(floats(outputs, "y"), ElementsAre(3, 16));
  EXPECT_THAT(floats(outputs, "d"), ElementsAre(70, 96));
}

TEST(Gradient, TellsVariablesOfOneValueApart) {
  const std::string model =
      training_model("g (float[2] x, float[2] z) => (float dx, float dz) { h = Mul(x, x) y = Mul(h, z) dx, dz" +
                     kGradient + "<xs = [\"x\", \"z\"], y = \"y\"> (z, z) }");
  const auto outputs = run(model, {{"x", vector({1, 2})}, {"z", vector({3, 4})}});
  EXPECT_THAT(floats(outputs, "dx"), ElementsAre(18, 32));
  EXPECT_THAT(floats(outputs, "dz"), ElementsAre(9, 16));
}

TEST(Gradient, IsZeroWhereNothingLeadsToY) {
  const std::string model = training_model(
      "g (float[2] x, float[2, 3] w, float[2] v) => (float dx, float dw, float dv) { "
      "i = Cast <to = 7> (v) f = Cast <to = 1> (i) y = Mul(x, f) dx, dw, dv" +
      kGradient + "<xs = [\"x\", \"w\", \"v\"], y = \"y\"> (x, w, v) }");
  const auto outputs =
      run(model, {{"x", vector({1, 2})}, {"w", Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6})}, {"v", vector({3, 4})}});
  EXPECT_THAT(floats(outputs, "dx"), ElementsAre(3, 4));
  EXPECT_THAT(floats(outputs, "dw"), ElementsAre(0, 0, 0, 0, 0, 0));
  EXPECT_THAT(floats(outputs, "dv"), ElementsAre(0, 0));
}

TEST(Gradient, OfAValueByItselfIsOne) {
  const std::string model =
      training_model("g (float[2] x) => (float d) { d" + kGradient + "<xs = [\"x\"], y = \"x\"> (x) }");
  EXPECT_THAT(floats(run(model, {{"x", vector({5, 6})}}), "d"), ElementsAre(1, 1));
}

TEST(Gradient, LeavesOutWhatNobodyAsksFor) {
  onnx::ModelProto model;
  model.ParseFromString(training_model("g (float[2] x, float[2] z) => (float dz) { y = Mul(x, z) dx, dz" + kGradient +
                                       "<xs = [\"x\", \"z\"], y = \"y\"> (x, z) }"));
  model.mutable_graph()->mutable_node(1)->set_output(0, "");
  EXPECT_THAT(floats(run(model.SerializeAsString(), {{"x", vector({5, 6})}, {"z", vector({7, 8})}}), "dz"),
              ElementsAre(5, 6));
}

TEST(Gradient, NeedsNoExtentThatOnlyTheRunKnows) {
  const std::string model =
      training_model("g (float[n, k] x, float[m] b) => (float dx, float db) { y = Mul(x, b) dx, db" + kGradient +
                     "<xs = [\"x\", \"b\"], y = \"y\"> (x, b) }");
  const auto outputs = run(model, {{"x", Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6})}, {"b", vector({2})}});
  EXPECT_THAT(floats(outputs, "dx"), ElementsAre(2, 2, 2, 2, 2, 2));
  EXPECT_THAT(floats(outputs, "db"), ElementsAre(21));
  const auto none = run(model, {{"x", Tensor::of<float>({0, 1}, {})}, {"b", vector({2})}});
  EXPECT_THAT(floats(none, "db"), ElementsAre(0));
}

TEST(Gradient, StandsInModelsOfOldOpsets) {
  const std::string model =
      training_model("g (float[n, k] x, float[m] b) => (float db) { p = Mul(x, b) y = ReduceSum <axes = [1]> (p) db" +
                         kGradient + "<xs = [\"b\"], y = \"y\"> (b) }",
                     12);
  EXPECT_THAT(floats(run(model, {{"x", Tensor::of<float>({2, 2}, {1, 2, 3, 4})}, {"b", vector({2})}}), "db"),
              ElementsAre(10));
}

// f(x) = square(x) by a function of the model, whose Gradient means the function's own names.
TEST(Gradient, NamesValuesOfTheFunctionThatHoldsIt) {
  onnx::ModelProto model;
  model.ParseFromString(training_model("g (float[2] x, float[2] y) => (float d) { d = Identity(x) }"));
  auto& function = *model.add_functions();
  function.set_name("slope");
  function.set_domain("local");
  function.add_input("y");
  function.add_output("d");
  *function.mutable_opset_import() = model.opset_import();
  onnx::ModelProto inner;
  inner.ParseFromString(
      training_model("g (float[2] y) => (float d) { x = Mul(y, y) d" + kGradient + "<xs = [\"y\"], y = \"x\"> (y) }"));
  *function.mutable_node() = inner.graph().node();
  auto& call = *model.mutable_graph()->mutable_node(0);
  call.set_op_type("slope");
  call.set_domain("local");
  auto& import = *model.add_opset_import();
  import.set_domain("local");
  import.set_version(1);
  EXPECT_THAT(floats(run(model.SerializeAsString(), {{"x", vector({5, 6})}, {"y", vector({1, 1})}}), "d"),
              ElementsAre(10, 12));
}

TEST(Gradient, DropsAndScalesWhatDropoutDoes) {
  const std::string model = training_model(
      "g (float[64] x) => (float m, float d) { r = Constant <value = float {0.25}> () "
      "t = Constant <value = bool {1}> () y, m = Dropout(x, r, t) d" +
      kGradient + "<xs = [\"x\"], y = \"y\"> (x) }");
  const std::string unmasked = training_model(
      "g (float[64] x) => (float y, float d) { r = Constant <value = float {0.25}> () "
      "t = Constant <value = bool {1}> () y = Dropout(x, r, t) d" +
      kGradient + "<xs = [\"x\"], y = \"y\"> (x) }");
  Tensor ones = Tensor::allocate(DType::kF32, {64}).value();
  for (float& element : ones.elements<float>()) element = 1;
  const auto outputs = run(model, {{"x", ones}});
  const auto d = floats(outputs, "d");
  for (size_t i = 0; i < d.size(); ++i) {
    EXPECT_FLOAT_EQ(d[i], outputs.at("m").tensor.data<uint8_t>()[i] != 0 ? 1 / 0.75f : 0);
  }
  const auto others = run(unmasked, {{"x", ones}});
  EXPECT_EQ(floats(others, "d"), floats(others, "y"));  // of ones
}

// float16 keeps 11 bits; what follows is a few roundings. '$' stands for the width of the type.
TEST(Gradient, Of16BitTypesIsThatOf32Bits) {
  for (const std::string op :
       {"LayerNormalization(h$, s$, s$)", "InstanceNormalization(h$, c$, c$)", "Softmax(h$)", "ReduceMean(h$)",
        "ReduceLogSumExp(h$)", "Conv(h$, w$)", "AveragePool <kernel_shape = [2]> (h$)",
        "MaxPool <kernel_shape = [2]> (h$)", "Gather(h$, i)", "Gelu(h$)"}) {
    const auto path = [&](const std::string& width, const std::string& type) {
      std::string nodes;
      for (const std::string name : {"h", "s", "c", "w"}) {
        nodes += name + "$ = Cast <to = " + type + "> (" + name + ")\n";
      }
      nodes +=
          "y$ = " + op + "\nz$ = Cast <to = 1> (y$)\nq$ = Sin(z$)\nd$" + kGradient + "<xs = [\"h\"], y = \"q$\"> (h)\n";
      for (size_t at = 0; (at = nodes.find('$')) != std::string::npos;) nodes.replace(at, 1, width);
      return nodes;
    };
    const std::string model = training_model(
        "g (float[1, 2, 4] h, float[4] s, float[2] c, float[2, 2, 2] w) => (float d16, float d32) {\n"
        "i = Constant <value = int64[2] {0, 0}> ()\n" +
            path("16", "10") + path("32", "1") + "}",
        20);
    const auto outputs = run(model, {{"h", Tensor::of<float>({1, 2, 4}, {0.5f, -1, 2, 0.25f, 1, -0.5f, 0.75f, -2})},
                                     {"s", vector({1, 2, 0.5f, -1})},
                                     {"c", vector({1, -0.5f})},
                                     {"w", Tensor::of<float>({2, 2, 2}, {1, 2, 0.5f, -1, 0.5f, 1, -1, 0.25f})}});
    ASSERT_EQ(floats(outputs, "d16").size(), 8u) << op;
    EXPECT_THAT(floats(outputs, "d16"), testing::Pointwise(testing::FloatNear(2e-2f), floats(outputs, "d32"))) << op;
  }
}

// Celu is of float32 only, in which differences say little.
TEST(Gradient, OfCeluIsThatOfItsDefinition) {
  for (const std::string alpha : {"0.7", "-1.5"}) {
    const std::string model =
        training_model("g (float[4] x) => (float d, float e) { a = Constant <value = float {" + alpha +
                       "}> () one = Constant <value = float {1}> () "
                       "y = Celu <alpha = " +
                       alpha +
                       "> (x) q = Div(x, a) p = Exp(q) n = Sub(p, one) s = Mul(a, n) low = Min(s, zero) "
                       "zero = Constant <value = float {0}> () high = Relu(x) z = Add(low, high) d" +
                       kGradient + "<xs = [\"x\"], y = \"y\"> (x) e" + kGradient + "<xs = [\"x\"], y = \"z\"> (x) }");
    const auto outputs = run(model, {{"x", vector({-2, -0.5f, 0.5f, 2})}});
    EXPECT_THAT(floats(outputs, "d"), testing::Pointwise(testing::FloatNear(1e-6f), floats(outputs, "e"))) << alpha;
  }
}

TEST(Gradient, SaysWhichOperatorHasNoDerivative) {
  EXPECT_THAT(failure_of("h = Det(x)\ny = Neg(h)"),
              AllOf(HasSubstr("Gradient"), HasSubstr("Det"), HasSubstr("no derivative"), HasSubstr("'zs'")));
  EXPECT_THAT(failure_of("y = Add <broadcast = 1> (x, x)", "<xs = [\"x\"], y = \"y\"> (x)", 6),
              AllOf(HasSubstr("version 7"), HasSubstr("version 6")));
  EXPECT_THAT(failure_of("y = ScatterElements <reduction = \"mul\"> (x, c, x)\nc = Constant <value = int64[2, 3] {0, "
                         "0, 0, 0, 0, 0}> ()"),
              HasSubstr("'mul'"));
}

TEST(Gradient, RefusesControlFlow) {
  EXPECT_THAT(
      failure_of("c = Constant <value = bool {1}> ()\ny = If <then_branch = t () => (float[3, 3] a) { a = Neg(x) }, "
                 "else_branch = e () => (float[3, 3] b) { b = Exp(x) }> (c)"),
      AllOf(HasSubstr("If"), HasSubstr("control flow")));
  const std::string inside = training_model(
      "g (float[2] x, bool c) => (float d) { y = Neg(x) d = If <then_branch = t () => (float a) { a" + kGradient +
      "<xs = [\"x\"], y = \"y\"> (x) }, "
      "else_branch = e () => (float b) { b = Exp(x) }> (c) }");
  EXPECT_THAT(failure(inside), AllOf(HasSubstr("control flow"), HasSubstr("main graph")));
}

TEST(Gradient, RefusesNamesAndNumbersThatDoNotFit) {
  EXPECT_THAT(failure_of("y = Neg(x)", "<xs = [\"w\"], y = \"y\"> (x)"),
              AllOf(HasSubstr("'w'"), HasSubstr("no value")));
  EXPECT_THAT(failure_of("y = Neg(x)", "<xs = [\"x\"], y = \"why\"> (x)"), HasSubstr("'why'"));
  EXPECT_THAT(failure_of("y = Neg(x)", "<xs = [\"x\"]> (x)"), HasSubstr("'y'"));
  EXPECT_THAT(failure_of("y = Neg(x)", "<xs = [\"x\"], zs = [\"x\"], y = \"y\"> (x, x)"), HasSubstr("twice"));
  EXPECT_THAT(failure_of("y = Neg(x)", "<xs = [\"x\"], zs = [\"i\"], y = \"y\"> (x)"), HasSubstr("1 inputs"));
  EXPECT_THAT(failure_of("y = Neg(x)", "<xs = [\"i\"], y = \"y\"> (i)"), AllOf(HasSubstr("'i'"), HasSubstr("int64")));
  EXPECT_THAT(failure_of("y = Shape(x)"), AllOf(HasSubstr("'y'"), HasSubstr("int64")));
}

TEST(Gradient, RefusesToBePartOfWhatItDifferentiates) { EXPECT_THAT(failure_of("y = Mul(x, d)"), HasSubstr("cycle")); }

TEST(Gradient, AsksForARankThatItNeeds) {
  EXPECT_THAT(failure(training_model("g (float[] x, float[2, 2] w) => (float d) { y = MatMul(x, w) d" + kGradient +
                                     "<xs = [\"x\"], y = \"y\"> (x) }")),
              AllOf(HasSubstr("MatMul"), HasSubstr("'x'"), HasSubstr("rank")));
}

TEST(Gradient, RefusesAttributesThatInferenceLetsPass) {
  const auto of = [](const std::string& node) {
    return failure(training_model("g (float[] x) => (float d) { y = " + node + " d" + kGradient +
                                  "<xs = [\"x\"], y = \"y\"> (x) }"));
  };
  EXPECT_THAT(of("Transpose <perm = [0, 7]> (x)"), HasSubstr("perm"));
  EXPECT_THAT(of("Transpose <perm = [1, 1]> (x)"), HasSubstr("perm"));
  EXPECT_THAT(of("LayerNormalization <axis = -1000000000000> (x, x)"), HasSubstr("rank"));
  EXPECT_THAT(of("GridSample <mode = \"bicubic\"> (x, x)"), AllOf(HasSubstr("GridSample"), HasSubstr("'linear'")));
  EXPECT_THAT(
      of("Resize <mode = \"linear\", keep_aspect_ratio_policy = \"not_larger\"> (x, , , s) s = Shape <end = 4> (x)"),
      AllOf(HasSubstr("Resize"), HasSubstr("'stretch'")));
}

TEST(Gradient, StopsAtTheLimitOfNodes) {
  const std::string model = training_model("g (float[3] x) => (float d) { a = Exp(x) b = Exp(a) y = Exp(b) d" +
                                           kGradient + "<xs = [\"x\"], y = \"y\"> (x) }");
  EXPECT_EQ(failure(model), "loaded");
  EXPECT_THAT(failure(model, {.max_derivative_nodes = 5}), HasSubstr("max_derivative_nodes"));
}

// The names of a model's nodes are not repeated in full for all that is computed for them.
TEST(Gradient, KeepsNamesShort) {
  std::string nested = "g (float[3] x) => (float d0) { d0 = Mish(x)";
  for (int i = 0; i < 4; ++i) {
    nested += " d" + std::to_string(i + 1) + kGradient + "<xs = [\"x\"], y = \"d" + std::to_string(i) + "\"> (x)";
  }
  onnx::ModelProto proto;
  ASSERT_TRUE(proto.ParseFromString(training_model(nested + " }")));
  for (onnx::NodeProto& node : *proto.mutable_graph()->mutable_node()) node.set_name(std::string(5'000, 'n'));
  const std::string bytes = proto.SerializeAsString();
  const auto model = load_model(std::as_bytes(std::span(bytes)), {}, {});
  ASSERT_TRUE(model.ok()) << model.status().message();
  size_t longest = 0;
  for (ValueId id = 0; id < model->graph.num_values(); ++id) {
    longest = std::max(longest, model->graph.value(id).name.view().size());
  }
  EXPECT_GT(model->graph.num_values(), 100u);
  EXPECT_LT(longest, 400u);
}

// Each Gradient multiplies what the next one differentiates; many of one long chain repeat it.
TEST(Gradient, GrowsNoFurtherThanTheLimit) {
  std::string nested = "g (float[3] x) => (float d0) { d0 = Tanh(x)";
  for (int i = 0; i < 64; ++i) {
    nested += " d" + std::to_string(i + 1) + kGradient + "<xs = [\"x\"], y = \"d" + std::to_string(i) + "\"> (x)";
  }
  EXPECT_THAT(failure(training_model(nested + " }"), {.max_derivative_nodes = 20'000}),
              HasSubstr("max_derivative_nodes"));

  std::string repeated = "g (float[3] x) => (float y0) { y0 = Sin(x)";
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i);
    repeated += " y" + std::to_string(i + 1) + " = Sin(y" + n + ") d" + n + kGradient + "<xs = [\"z" + n +
                "\"], y = \"y" + n + "\"> (x) z" + n + " = Neg(x)";
  }
  EXPECT_THAT(failure(training_model(repeated + " }"), {.max_derivative_nodes = 20'000}),
              HasSubstr("max_derivative_nodes"));
}

// A Gradient at other values copies nodes with all that their attributes hold.
TEST(Gradient, CountsLongAttributesTowardsTheLimit) {
  std::string text =
      "g (float[3] x, float[3] z) => (float[3] y) { i = Cast <to = 7> (x) l = ai.onnx.ml.LabelEncoder (i) "
      "f = Cast <to = 1> (l) y = Mul (x, f)";
  for (int i = 0; i < 100; ++i) {
    text += " d" + std::to_string(i) + kGradient + "<xs = [\"x\"], y = \"y\"> (z)";
  }
  onnx::ModelProto proto;
  ASSERT_TRUE(proto.ParseFromString(training_model(text + " }")));
  auto& import = *proto.add_opset_import();
  import.set_domain("ai.onnx.ml");
  import.set_version(2);
  for (const char* name : {"keys_int64s", "values_int64s"}) {
    onnx::AttributeProto& list = *proto.mutable_graph()->mutable_node(1)->add_attribute();
    list.set_name(name);
    list.set_type(onnx::AttributeProto::INTS);
    list.add_ints(0);
  }
  EXPECT_EQ(failure(proto.SerializeAsString(), {.max_derivative_nodes = 20'000}), "loaded");
  for (onnx::AttributeProto& list : *proto.mutable_graph()->mutable_node(1)->mutable_attribute()) {
    for (int i = 1; i < 10'000; ++i) list.add_ints(i);
  }
  EXPECT_THAT(failure(proto.SerializeAsString(), {.max_derivative_nodes = 20'000}), HasSubstr("max_derivative_nodes"));
  EXPECT_EQ(failure(proto.SerializeAsString()), "loaded");
}

TEST(Gradient, IsLinearInALongChain) {
  std::string chain = "g (float[3] x) => (float d) { y0 = Sin(x)";
  for (int i = 0; i < 5'000; ++i) chain += " y" + std::to_string(i + 1) + " = Tanh(y" + std::to_string(i) + ")";
  EXPECT_EQ(failure(training_model(chain + " d" + kGradient + "<xs = [\"x\"], y = \"y5000\"> (x) }")), "loaded");
}

}  // namespace
}  // namespace mortise
