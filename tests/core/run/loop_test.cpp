// Loop and Scan where their bodies never run, and what Loop gives its body besides.
#include <gmock/gmock.h>

#include "mortise/core/session.h"
#include "tests/support/model_text.h"

namespace mortise {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<std::map<std::string, Value>> run(const std::string& graph, const std::map<std::string, Value>& inputs) {
  const std::string bytes = test::model_bytes(graph);
  MORTISE_ASSIGN(Session session, Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes))}));
  return session.run(inputs);
}

Value int64(int64_t number) { return Tensor::of<int64_t>({}, {number}); }
Value yes() { return Tensor::of<bool>({}, {true}); }

// Some exporters declare it as a list of one.
TEST(Loop, GivesTheIterationInTheShapeThatItsBodyDeclares) {
  const std::string graph = R"(g (int64 m, bool t) => (int64[k, 2] y) {
    seven = Constant <value_ints = [7]> ()
    y = Loop <body = b (int64[1] i, bool c) => (bool d, int64[2] s) { d = Identity(c)  s = Concat <axis = 0> (i, seven) }>
      (m, t)
  })";
  const auto outputs = run(graph, {{"m", int64(3)}, {"t", yes()}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  EXPECT_THAT(outputs->at("y").tensor.elements<int64_t>(), ElementsAre(0, 7, 1, 7, 2, 7));
}

// An extent that inference knows by its name is known in the run, turns or not.
TEST(Loop, KnowsTheShapeOfScansWithoutTurns) {
  const std::string graph = R"(g (float[n] x, int64 m, bool t) => (float[k, n] y, float[1, n] z) {
    y = Loop <body = b (int64 i, bool c) => (bool d, float[n] s) { d = Identity(c)  s = Neg(x) }> (m, t)
    ends = Constant <value_ints = [0]> ()
    z = ReduceSum (y, ends)
  })";
  for (const int64_t turns : {0, 2}) {
    const auto outputs = run(graph, {{"x", Tensor::of<float>({3}, {1, 2, 3})}, {"m", int64(turns)}, {"t", yes()}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_EQ(outputs->at("y").tensor.shape(), (Shape{turns, 3}));
    EXPECT_EQ(outputs->at("z").tensor.shape(), (Shape{1, 3}));
  }
}

// The same within a body, which reads the list from outside.
TEST(Loop, KnowsTheShapeOfScansWithoutTurnsInABody) {
  const std::string graph = R"(g (float[n] x, int64 m, bool t) => (float[k, l, n] y) {
    one = Constant <value_int = 1> ()
    y = Loop <body = b (int64 i, bool c) => (bool d, float[l, n] s) {
      d = Identity(c)
      s = Loop <body = b2 (int64 i2, bool c2) => (bool d2, float[n] s2) { d2 = Identity(c2)  s2 = Neg(x) }> (m, t)
    }> (one, t)
  })";
  const auto outputs = run(graph, {{"x", Tensor::of<float>({3}, {1, 2, 3})}, {"m", int64(0)}, {"t", yes()}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  EXPECT_EQ(outputs->at("y").tensor.shape(), (Shape{1, 0, 3}));
}

TEST(Scan, KnowsTheShapeOfWhatItStacksWithoutSteps) {
  const std::string graph = R"(g (float[n] x, float[steps] z) => (float[n, steps] y) {
    y = Scan <num_scan_inputs = 1, scan_output_axes = [-1],
              body = b (float[] e) => (float[n] s) { s = Add(x, e) }> (z)
  })";
  const auto outputs = run(graph, {{"x", Tensor::of<float>({3}, {1, 2, 3})}, {"z", Tensor::of<float>({0}, {})}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  EXPECT_EQ(outputs->at("y").tensor.shape(), (Shape{3, 0}));
}

// The branch that squeezes is impossible for x, and never runs; within a body, neither the condition nor what it is
// computed from is known before the run.
TEST(If, MayHaveABranchThatIsImpossibleInARun) {
  const std::string choice = R"(If (c) <
      then_branch = b () => (float[] u) { axis = Constant <value_ints = [1]> ()  u = Squeeze(x, axis) },
      else_branch = d () => (float[] v) { v = Identity(x) }>)";
  const std::string by_shape = "one = Constant <value_int = 1> ()  s = Shape(x)  e = Gather(s, one)  c = Equal(e, one)";
  for (const std::string& graph : {"g (float[n, m] x, bool c) => (float[] y) { y = " + choice + " }",
                                   "g (float[n, m] x, bool t) => (float[] y) { " + by_shape + " y = " + choice + " }",
                                   "g (float[n, m] x, bool t) => (float[] y) { " + by_shape + R"(
           y = If (t) <then_branch = f () => (float[] z) { z = )" +
                                       choice + R"( },
                       else_branch = h () => (float[] w) { w = Identity(x) }> })",
                                   "g (float[n, m] x, bool t) => (float[] y) { " + by_shape + R"(
           y = Loop <body = f (int64 i, bool k) => (bool l, float[] z) { l = Identity(k)  z = )" +
                                       choice + " }> (one, t) }"}) {
    const bool given = graph.find("bool c") != std::string::npos;
    const auto outputs = run(graph, {{"x", Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6})},
                                     {given ? "c" : "t", Tensor::of<bool>({}, {!given})}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message() << '\n' << graph;
    EXPECT_THAT(outputs->at("y").tensor.elements<float>(), ElementsAre(1, 2, 3, 4, 5, 6));
  }
}

// A result that nobody reads has no shape that anybody knows.
TEST(Scan, LeavesOutWhatNobodyReads) {
  const std::string graph = R"(g (float s0, float[steps, 2] z) => (float s) {
    s, unread = Scan <num_scan_inputs = 1, scan_output_axes = [1],
                      body = b (float a, float[2] e) => (float c, float[2] d) { c = ReduceSum <keepdims = 0> (e)  d = Neg(e) }>
      (s0, z)
  })";
  for (const int64_t steps : {0, 2}) {
    std::string bytes = test::model_bytes(graph);
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(bytes));
    model.mutable_graph()->mutable_node(0)->set_output(1, "");
    bytes = model.SerializeAsString();
    auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes))});
    ASSERT_TRUE(session.ok()) << session.status().message();
    const Tensor z = Tensor::of<float>({steps, 2}, std::vector<float>(static_cast<size_t>(steps * 2), 1.0F));
    const auto outputs = session->run({{"s0", Tensor::of<float>({}, {5})}, {"z", z}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    EXPECT_THAT(outputs->at("s").tensor.elements<float>(), ElementsAre(steps == 0 ? 5 : 2));
  }
}

TEST(Loop, SaysWhatItsCountAndItsConditionAre) {
  const std::string graph = R"(g (int64[a] m, bool[b] t, float[n] x) => (float[k, n] y) {
    y = Loop <body = b (int64 i, bool c) => (bool d, float[n] s) { d = Identity(c)  s = Neg(x) }> (m, t)
  })";
  const Value x = Tensor::of<float>({1}, {1}), one = Tensor::of<int64_t>({1}, {1}),
              two = Tensor::of<int64_t>({2}, {1, 2}), flag = Tensor::of<bool>({1}, {true}),
              flags = Tensor::of<bool>({3}, {true, true, true});
  EXPECT_TRUE(run(graph, {{"x", x}, {"m", one}, {"t", flag}}).ok());
  EXPECT_THAT(run(graph, {{"x", x}, {"m", two}, {"t", flag}}).status().message(),
              HasSubstr("the trip count is int64[2]; it must be one int64"));
  EXPECT_THAT(run(graph, {{"x", x}, {"m", one}, {"t", flags}}).status().message(),
              HasSubstr("the condition is bool[3]; it must be one bool"));
}

}  // namespace
}  // namespace mortise
