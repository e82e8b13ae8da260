// Linear models and post_transform, against the formulas written down once more.
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;
using Strings = std::vector<std::string>;

Floats random_floats(std::mt19937& generator, size_t count) {
  std::uniform_real_distribution<float> uniform(-2, 2);
  Floats all(count);
  for (float& v : all) v = uniform(generator);
  return all;
}

// [rows, columns] of X times the transposed weights.
Floats product(const Floats& x, const Floats& weights, const Floats& offsets, size_t features) {
  Floats y;
  for (size_t r = 0; r < x.size() / features; ++r) {
    for (size_t c = 0; c < weights.size() / features; ++c) {
      double sum = offsets.empty() ? 0 : offsets[c];
      for (size_t i = 0; i < features; ++i) sum += double{x[r * features + i]} * double{weights[c * features + i]};
      y.push_back(static_cast<float>(sum));
    }
  }
  return y;
}

Result<std::vector<Value>> regress(Attributes attributes, Tensor x) {
  return run_op(
      {.op = "LinearRegressor", .domain = "ai.onnx.ml", .attributes = std::move(attributes), .inputs = {std::move(x)}});
}
Result<std::vector<Value>> classify(Attributes attributes, Tensor x) {
  return run_op({.op = "LinearClassifier",
                 .domain = "ai.onnx.ml",
                 .attributes = std::move(attributes),
                 .inputs = {std::move(x)},
                 .num_outputs = 2});
}

TEST(LinearRegressor, WeighsFeaturesForEachTarget) {
  std::mt19937 generator(1);
  const Floats x = random_floats(generator, 35), weights = random_floats(generator, 15),
               offsets = random_floats(generator, 3);
  const Attributes attributes = {{"coefficients", weights}, {"intercepts", offsets}, {"targets", int64_t{3}}};
  const auto y = regress(attributes, Tensor::of<float>({7, 5}, std::span<const float>(x)));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ((*y)[0].tensor.shape(), (Shape{7, 3}));
  EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-5f), product(x, weights, offsets, 5)));
  const auto none = regress(attributes, Tensor::of<double>({0, 5}, {}));
  ASSERT_TRUE(none.ok()) << none.status().message();
  EXPECT_EQ((*none)[0].tensor.shape(), (Shape{0, 3}));
}

TEST(LinearRegressor, RefusesListsOfTheWrongLength) {
  const Tensor x = Tensor::of<float>({1, 2}, {1, 2});
  const auto refused = [&](Attributes attributes) { return regress(std::move(attributes), x).status().message(); };
  EXPECT_EQ(refused({{"coefficients", Floats{1, 2}}}), "");
  EXPECT_THAT(refused({{"coefficients", Floats{1, 2, 3}}}),
              HasSubstr("'coefficients' has 3 entries; X [1, 2] needs 2"));
  EXPECT_THAT(refused({{"coefficients", Floats{1, 2}}, {"targets", int64_t{2}}}), HasSubstr("needs 2 for each of 2"));
  EXPECT_THAT(refused({{"coefficients", Floats{1, 2}}, {"intercepts", Floats{1, 2}}}),
              HasSubstr("'intercepts' has 2 entries for 1"));
  EXPECT_THAT(refused({{"coefficients", Floats{1, 2}}, {"targets", int64_t{0}}}), HasSubstr("'targets' is 0"));
  EXPECT_THAT(refused({{"coefficients", Floats{1, 2}}, {"targets", INT64_MAX}}), HasSubstr("'coefficients' has 2"));
  EXPECT_THAT(refused({{"coefficients", Floats{1, 2}}, {"post_transform", std::string("CUBE")}}),
              HasSubstr("'post_transform' is 'CUBE'"));
}

TEST(LinearClassifier, GivesTheClassOfTheHighestScore) {
  std::mt19937 generator(2);
  const Floats x = random_floats(generator, 40), weights = random_floats(generator, 12),
               offsets = random_floats(generator, 3);
  const Floats scores = product(x, weights, offsets, 4);
  const auto y =
      classify({{"coefficients", weights}, {"intercepts", offsets}, {"classlabels_strings", Strings{"a", "b", "c"}}},
               Tensor::of<float>({10, 4}, std::span<const float>(x)));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[1]), Pointwise(FloatNear(1e-5f), scores));
  Strings labels;
  for (auto row = scores.begin(); row != scores.end(); row += 3) {
    labels.emplace_back(1, static_cast<char>('a' + (std::max_element(row, row + 3) - row)));
  }
  EXPECT_EQ(strings((*y)[0]), labels);
}

TEST(LinearClassifier, MakesTwoClassesOfOneScore) {
  const Tensor x = Tensor::of<float>({2, 1}, {0.25f, -3});
  const Attributes attributes = {{"coefficients", Floats{1}}, {"classlabels_ints", Ints{5, 6}}};
  auto y = classify(attributes, x);
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<int64_t>((*y)[0]), ElementsAre(6, 5));
  EXPECT_THAT(floats((*y)[1]), ElementsAre(0.75f, 0.25f, 4, -3));
  Attributes logistic = attributes;
  logistic.emplace_back("post_transform", std::string("LOGISTIC"));
  y = classify(logistic, x);
  ASSERT_TRUE(y.ok()) << y.status().message();
  const auto sigma = [](float v) { return 1 / (1 + std::exp(-v)); };
  EXPECT_THAT(floats((*y)[1]), Pointwise(FloatNear(1e-6f), {sigma(-0.25f), sigma(0.25f), sigma(3), sigma(-3)}));
}

TEST(LinearClassifier, SaysOneOrZeroWithoutLabels) {
  const auto y =
      classify({{"coefficients", Floats{1}}, {"intercepts", Floats{1}}}, Tensor::of<int32_t>({3, 1}, {0, -1, -2}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<int64_t>((*y)[0]), ElementsAre(1, 0, 0));
  EXPECT_THAT(floats((*y)[1]), ElementsAre(1, 0, -1));
}

TEST(LinearClassifier, RefusesLabelsThatDoNotFit) {
  const Tensor x = Tensor::of<float>({1, 1}, {1});
  const auto refused = [&](Attributes attributes) { return classify(std::move(attributes), x).status().message(); };
  EXPECT_THAT(refused({{"coefficients", Floats{1, 2}}, {"classlabels_ints", Ints{1, 2, 3}}}),
              HasSubstr("3 class labels for 2 scores"));
  EXPECT_THAT(refused({{"coefficients", Floats{1, 2}},
                       {"classlabels_ints", Ints{1, 2}},
                       {"classlabels_strings", Strings{"a", "b"}}}),
              HasSubstr("are both given"));
  EXPECT_THAT(refused({{"coefficients", Floats{1, 2}}, {"intercepts", Floats{1, 2, 3}}}),
              HasSubstr("'coefficients' has 2 entries"));
  EXPECT_THAT(refused({}), HasSubstr("'coefficients' has 0 entries"));
}

// The scores of one row go through the transform as they are.
Floats transformed(const Floats& scores, const char* transform) {
  const auto count = static_cast<int64_t>(scores.size());
  const auto y = regress({{"coefficients", Floats(scores.size(), 0)},
                          {"intercepts", scores},
                          {"targets", count},
                          {"post_transform", std::string(transform)}},
                         Tensor::of<float>({1, 1}, {0}));
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? floats((*y)[0]) : Floats();
}

TEST(PostTransform, SoftmaxIsStable) {
  EXPECT_THAT(transformed({1000, 1000 - std::log(3.0f)}, "SOFTMAX"), Pointwise(FloatNear(1e-4f), {0.75f, 0.25f}));
}

TEST(PostTransform, SoftmaxZeroKeepsZeros) {
  const float e = std::exp(1.0f);
  EXPECT_THAT(transformed({0, 1, 2}, "SOFTMAX_ZERO"), Pointwise(FloatNear(1e-6f), {0.0f, 1 / (1 + e), e / (1 + e)}));
  EXPECT_THAT(transformed({0, 0}, "SOFTMAX_ZERO"), ElementsAre(0.5f, 0.5f));
}

TEST(PostTransform, LogisticReachesItsLimits) {
  EXPECT_THAT(transformed({-1000, 0, 1000}, "LOGISTIC"), ElementsAre(0, 0.5f, 1));
}

TEST(PostTransform, ProbitInvertsTheNormalDistribution) {
  const auto normal = [](double x) { return static_cast<float>(0.5 * std::erfc(-x / std::sqrt(2.0))); };
  EXPECT_THAT(transformed({normal(-2), normal(-0.5), 0.5f, normal(1)}, "PROBIT"),
              Pointwise(FloatNear(5e-3f), {-2.0f, -0.5f, 0.0f, 1.0f}));
  EXPECT_TRUE(std::isnan(transformed({2}, "PROBIT")[0]));
}

}  // namespace
}  // namespace mortise::test
