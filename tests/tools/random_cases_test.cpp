// What passes for random, and what does not.
#include "tools/mortise/random_cases.h"

#include <gmock/gmock.h>

#include <random>

namespace mortise::tool {
namespace {

using testing::HasSubstr;

Tensor floats(const std::vector<float>& values) {
  return Tensor::of<float>({static_cast<int64_t>(values.size())}, std::span<const float>(values));
}

std::string judge(std::string_view name, const std::vector<Value>& inputs, const std::vector<Value>& results) {
  return find_random_case(name)->judge(inputs, results);
}

TEST(RandomCases, AreThoseOfTheListAlone) {
  EXPECT_NE(find_random_case("test_bernoulli_seed"), nullptr);
  EXPECT_EQ(find_random_case("test_bernoulli_see"), nullptr);
  EXPECT_EQ(find_random_case("test_relu"), nullptr);
}

TEST(RandomCases, BernoulliIsOneAsOftenAsTheProbabilitiesSay) {
  std::mt19937 random(1);
  std::vector<float> probabilities, draws, rest, always;
  for (int i = 0; i < 1000; ++i) {
    probabilities.push_back(static_cast<float>(i) / 1000 * 0.4f);
    draws.push_back(std::bernoulli_distribution(probabilities.back())(random) ? 1.0f : 0.0f);
    rest.push_back(1 - draws.back());
    always.push_back(1);
  }
  EXPECT_EQ(judge("test_bernoulli", {floats(probabilities)}, {floats(draws)}), "");
  EXPECT_THAT(judge("test_bernoulli", {floats(probabilities)}, {floats(rest)}), HasSubstr("which should be 199.8"));
  EXPECT_EQ(judge("test_bernoulli_expanded", {floats(probabilities)}, {floats(rest)}), "");
  EXPECT_NE(judge("test_bernoulli_expanded", {floats(probabilities)}, {floats(draws)}), "");
  EXPECT_NE(judge("test_bernoulli", {floats(probabilities)}, {floats(always)}), "");
}

TEST(RandomCases, BernoulliIsCertainWhereTheProbabilityIs) {
  EXPECT_EQ(judge("test_bernoulli", {floats({0, 1})}, {floats({0, 1})}), "");
  EXPECT_NE(judge("test_bernoulli", {floats({0, 0})}, {floats({0, 1})}), "");
  EXPECT_THAT(judge("test_bernoulli", {floats({0.5f})}, {floats({0.5f})}), HasSubstr("neither 0 nor 1"));
  EXPECT_THAT(judge("test_bernoulli", {floats({0.5f})}, {floats({std::nanf("")})}), HasSubstr("neither 0 nor 1"));
}

class DropoutCase : public testing::Test {
 protected:
  // Drops with the probability `ratio` what is said to be dropped with 3/4.
  explicit DropoutCase(double ratio = 0.75) {
    std::mt19937 random(2);
    std::vector<float> x, y;
    mask = Tensor::allocate(DType::kBool, {400}).value();
    for (int i = 0; i < 400; ++i) {
      const bool keep = !std::bernoulli_distribution(ratio)(random);
      x.push_back(static_cast<float>(i - 200));
      y.push_back(keep ? x.back() * 4 : 0);
      mask.data<bool>()[i] = keep;
    }
    inputs = {floats(x), Tensor::of<float>({}, {0.75f}), Tensor::of<bool>({}, {true})};
    output = floats(y);
  }

  std::string judge_with_mask() { return judge("test_training_dropout_mask", inputs, {output, mask}); }
  std::vector<Value> inputs;
  Tensor output, mask;
};

TEST_F(DropoutCase, DropsOrScalesAsTheMaskSays) {
  EXPECT_EQ(judge("test_training_dropout", inputs, {output}), "");
  EXPECT_EQ(judge_with_mask(), "");
}

TEST_F(DropoutCase, FailsForAWrongMask) {
  mask.data<bool>()[7] = !mask.data<bool>()[7];
  EXPECT_THAT(judge_with_mask(), HasSubstr("element 7 is"));
  mask = Tensor::of<bool>({1}, {true});
  EXPECT_EQ(judge_with_mask(), "the mask is no mask");
}

TEST_F(DropoutCase, FailsForValuesThatAreNotScaled) {
  output.data<float>()[3] = -197;
  EXPECT_THAT(judge("test_training_dropout", inputs, {output}),
              HasSubstr("element 3 is -197, neither dropped nor -788"));
  output.data<float>()[3] = std::nanf("");
  EXPECT_THAT(judge("test_training_dropout", inputs, {output}), HasSubstr("element 3 is nan"));
}

struct WrongRatio : DropoutCase {
  WrongRatio() : DropoutCase(0.5) {}
};

TEST_F(WrongRatio, Fails) {
  EXPECT_THAT(judge("test_training_dropout", inputs, {output}), HasSubstr("elements are dropped, which should be 299"));
  EXPECT_THAT(judge_with_mask(), HasSubstr("elements are dropped, which should be 300"));
}

}  // namespace
}  // namespace mortise::tool
