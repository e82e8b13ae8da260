// Random operators: what a seed gives is the provider's own, so the draws are judged by their distribution.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::Ge;
using testing::Lt;

constexpr int64_t kDraws = 4000;

double mean_of(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Tensor many() { return Tensor::allocate(DType::kF32, {kDraws}).value(); }

// The mean of as many draws with the deviation 0.5 is off by 0.008; ten times that does not happen.
void expect_normal(const Result<std::vector<Value>>& y) {
  ASSERT_TRUE(y.ok()) << y.status().message();
  ASSERT_EQ((*y)[0].tensor.shape(), Shape({kDraws}));
  const std::vector<float> values = floats((*y)[0]);
  EXPECT_THAT(mean_of(values), DoubleNear(5, 0.08));
  double squares = 0;
  for (const float value : values) squares += (value - 5.0) * (value - 5.0);
  EXPECT_THAT(squares / static_cast<double>(kDraws), DoubleNear(0.25, 0.06));
}

void expect_uniform(const Result<std::vector<Value>>& y) {
  ASSERT_TRUE(y.ok()) << y.status().message();
  ASSERT_EQ((*y)[0].tensor.shape(), Shape({kDraws}));
  EXPECT_THAT(floats((*y)[0]), Each(testing::AllOf(Ge(2.0f), Lt(4.0f))));
  EXPECT_THAT(mean_of(floats((*y)[0])), DoubleNear(3, 0.1));
}

const Attributes kNormal = {{"mean", 5.0f}, {"scale", 0.5f}, {"seed", 1.0f}};
const Attributes kUniform = {{"low", 2.0f}, {"high", 4.0f}, {"seed", 1.0f}};

Attributes with_shape(Attributes attributes) {
  attributes.emplace_back("shape", std::vector<int64_t>{kDraws});
  return attributes;
}

TEST(RandomNormal, HasTheMeanAndTheDeviation) {
  expect_normal(run_op({.op = "RandomNormal", .version = 1, .attributes = with_shape(kNormal)}));
  expect_normal(run_op({.op = "RandomNormal", .version = 22, .attributes = with_shape(kNormal)}));
  expect_normal(run_op({.op = "RandomNormalLike", .version = 1, .attributes = kNormal, .inputs = {many()}}));
  expect_normal(run_op({.op = "RandomNormalLike", .version = 22, .attributes = kNormal, .inputs = {many()}}));
}

TEST(RandomUniform, StaysBetweenItsBounds) {
  expect_uniform(run_op({.op = "RandomUniform", .version = 1, .attributes = with_shape(kUniform)}));
  expect_uniform(run_op({.op = "RandomUniform", .version = 22, .attributes = with_shape(kUniform)}));
  expect_uniform(run_op({.op = "RandomUniformLike", .version = 1, .attributes = kUniform, .inputs = {many()}}));
  expect_uniform(run_op({.op = "RandomUniformLike", .version = 22, .attributes = kUniform, .inputs = {many()}}));
}

TEST(Multinomial, DrawsByLogarithmsOfProbabilities) {
  const auto draw = [](const OpTest& op) {
    const auto y = run_op(op);
    ASSERT_TRUE(y.ok()) << y.status().message();
    ASSERT_EQ((*y)[0].tensor.shape(), Shape({1, kDraws}));
    const auto classes = elements<int64_t>((*y)[0]);
    const auto ones = static_cast<double>(std::count(classes.begin(), classes.end(), 1));
    EXPECT_EQ(std::count(classes.begin(), classes.end(), 0) + std::count(classes.begin(), classes.end(), 1), kDraws);
    EXPECT_THAT(ones / static_cast<double>(kDraws), DoubleNear(0.75, 0.07));
  };
  const Attributes attributes = {{"sample_size", kDraws}, {"dtype", int64_t{7}}, {"seed", 1.0f}};
  const Tensor x = Tensor::of<float>({1, 3}, {0, std::log(3.0f), -1e30f});
  draw({.op = "Multinomial", .version = 7, .attributes = attributes, .inputs = {x}});
  draw({.op = "Multinomial", .version = 22, .attributes = attributes, .inputs = {x}});
}

}  // namespace
}  // namespace mortise::test
