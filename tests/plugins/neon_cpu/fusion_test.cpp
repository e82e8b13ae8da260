// What passes fuse computes the same as the nodes one by one; and they do fuse: the profile names one step for what
// they joined.
#include <gmock/gmock.h>

#include <cmath>

#include "tests/plugins/neon_cpu/neon_model.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;

void expect_steps(NeonModel& model, const std::vector<Tensor>& inputs, const std::vector<std::string>& steps,
                  float tolerance = 1e-5f) {
  model.expect_like_reference(inputs, tolerance);
  Session fused = model.load_neon(), plain = model.load_neon({.fuse = false});
  EXPECT_THAT(steps_of(fused, inputs), testing::ElementsAreArray(steps));
  expect_close(run(fused, inputs), run(plain, inputs), tolerance);
}

// Adds BatchNormalization over `channels` behind `x`.
std::string normalize(NeonModel& model, const std::string& x, int64_t channels, const std::string& y) {
  return model.node("BatchNormalization",
                    {x, model.weights({channels}, 0.5f, 1.5f), model.weights({channels}), model.weights({channels}),
                     model.weights({channels}, 0.5f, 1.5f)},
                    y);
}

const NodeAttributes kPadOne = {{"pads", std::vector<int64_t>{1, 1, 1, 1}}};

TEST(NeonFusion, FoldsBatchNormalizationIntoConvolutions) {
  NeonModel model;
  model.input("x", {2, 5, 9, 7});
  model.node("Conv", {"x", model.weights({6, 5, 3, 3}), model.weights({6})}, "conv", kPadOne);
  normalize(model, "conv", 6, "normal");
  model.output(model.node("Relu", {"normal"}, "y"));
  expect_steps(model, {random_tensor({2, 5, 9, 7})}, {"fused Conv+BatchNormalization+Relu"});
}

TEST(NeonFusion, AddsTheResidualOfABlock) {
  NeonModel model;
  model.input("x", {1, 8, 6, 6});
  model.node("Conv", {"x", model.weights({8, 8, 1, 1})}, "a");
  normalize(model, "a", 8, "b");
  model.node("Relu", {"b"}, "c");
  model.node("Conv", {"c", model.weights({8, 8, 3, 3})}, "d", kPadOne);
  normalize(model, "d", 8, "e");
  model.node("Add", {"e", "x"}, "f");
  model.output(model.node("Relu", {"f"}, "y"));
  expect_steps(model, {random_tensor({1, 8, 6, 6})},
               {"fused Conv+BatchNormalization+Relu", "fused Conv+BatchNormalization+Add+Relu"});
}

TEST(NeonFusion, AddsOneOfTwoConvolutionsToTheOther) {
  for (const bool swapped : {false, true}) {
    NeonModel model;
    model.input("x", {1, 4, 5, 5});
    model.node("Conv", {"x", model.weights({8, 4, 1, 1})}, "a");
    model.node("Conv", {"x", model.weights({8, 4, 1, 1})}, "b");
    model.output(
        model.node("Add", swapped ? std::vector<std::string>{"b", "a"} : std::vector<std::string>{"a", "b"}, "y"));
    expect_steps(model, {random_tensor({1, 4, 5, 5})}, {"Conv", "fused Conv+Add"});
  }
}

TEST(NeonFusion, LeavesABroadcastSumAlone) {
  NeonModel model;
  model.input("x", {1, 4, 1, 1});
  model.input("z", {1, 4, 3, 3});
  model.node("Conv", {"x", model.weights({4, 4, 1, 1})}, "a");
  model.output(model.node("Add", {"a", "z"}, "y"));
  expect_steps(model, {random_tensor({1, 4, 1, 1}), random_tensor({1, 4, 3, 3})}, {"Conv", "Add"});
}

TEST(NeonFusion, KeepsWhatTheModelAsksFor) {
  NeonModel model;
  model.input("x", {1, 4, 3, 3});
  model.node("Conv", {"x", model.weights({4, 4, 1, 1})}, "a");
  model.node("Relu", {"a"}, "y");
  model.output("a");
  model.output("y");
  expect_steps(model, {random_tensor({1, 4, 3, 3})}, {"Conv", "Relu"});
}

TEST(NeonFusion, JoinsPointwiseChains) {
  NeonModel model;
  model.input("x", {-1, 7}, "b");
  model.input("z", {-1, 7}, "b");
  model.node("Exp", {"x"}, "a");
  model.node("Mul", {"a", "z"}, "b");
  model.node("Sub", {"b", model.weights({7})}, "c");
  model.node("Greater", {"c", "z"}, "d");
  model.output(model.node("Where", {"d", "c", "x"}, "y"));
  expect_steps(model, {random_tensor({5, 7}), random_tensor({5, 7}, 2)}, {"fused Exp+Mul+Sub+Greater+Where"});
}

TEST(NeonFusion, DoesNotRepeatWorkByBroadcasting) {
  NeonModel model;
  model.input("x", {1, 7});
  model.input("z", {5, 7});
  model.node("Exp", {"x"}, "a");
  model.output(model.node("Add", {"a", "z"}, "y"));
  expect_steps(model, {random_tensor({1, 7}), random_tensor({5, 7})}, {"Exp", "Add"});
}

TEST(NeonFusion, PutsBiasScaleAndActivationIntoProducts) {
  NeonModel model;
  model.input("x", {2, 5, 8});
  model.node("MatMul", {"x", model.weights({8, 12})}, "a");
  model.node("Add", {model.weights({12}), "a"}, "b");
  model.node("Div", {"b", model.constant(Tensor::of<float>({}, {8.0f}))}, "c");
  model.output(model.node("Tanh", {"c"}, "y"));
  expect_steps(model, {random_tensor({2, 5, 8})}, {"fused MatMul+Add+Div+Tanh"});
}

TEST(NeonFusion, LeavesTheRestOfAProgram) {
  NeonModel model;
  model.input("x", {1, 6, 6});
  model.input("mask", {1, 1, 6});
  model.node("MatMul", {"x", model.weights({6, 6})}, "a");
  model.node("Mul", {"a", model.constant(Tensor::of<float>({}, {0.25f}))}, "b");
  model.output(model.node("Add", {"b", "mask"}, "y"));
  expect_steps(model, {random_tensor({1, 6, 6}), random_tensor({1, 1, 6})}, {"MatMul", "fused Mul+Add"});
}

// Gelu as exporters write it, in three forms.
class Gelu : public testing::TestWithParam<int> {};
TEST_P(Gelu, IsRecognised) {
  NeonModel model;
  const auto number = [&](double value) { return model.constant(Tensor::of<float>({}, {static_cast<float>(value)})); };
  model.input("x", {3, 8});
  model.node("MatMul", {"x", model.weights({8, 8}, -3, 3)}, "m");
  model.node(GetParam() == 2 ? "Mul" : "Div", {"m", number(GetParam() == 2 ? std::sqrt(0.5) : std::sqrt(2.0))}, "a");
  model.node("Erf", {"a"}, "b");
  model.node("Add", {"b", number(1)}, "c");
  if (GetParam() == 0) {
    model.node("Mul", {"m", "c"}, "d");
    model.node("Mul", {"d", number(0.5)}, "y");
  } else {
    model.node("Mul", {number(0.5), "m"}, "d");
    model.node("Mul", {"c", "d"}, "y");
  }
  model.output("y");
  model.expect_like_reference({random_tensor({3, 8})}, 2e-6f);
  Session session = model.load_neon();
  EXPECT_EQ(steps_of(session, {random_tensor({3, 8})}).size(), 1u);
}
INSTANTIATE_TEST_SUITE_P(Neon, Gelu, testing::Values(0, 1, 2));

TEST(NeonFusion, RecognisesSiluBehindAConvolution) {
  NeonModel model;
  model.input("x", {1, 3, 4, 4});
  model.node("Conv", {"x", model.weights({5, 3, 1, 1}), model.weights({5})}, "a");
  model.node("Sigmoid", {"a"}, "b");
  model.output(model.node("Mul", {"a", "b"}, "y"));
  expect_steps(model, {random_tensor({1, 3, 4, 4})}, {"fused Conv+Sigmoid+Mul"});
}

}  // namespace
}  // namespace mortise::test
