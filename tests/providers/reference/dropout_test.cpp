// Dropout in all its versions: what it keeps, what it says of it, and how often it drops.
#include <gmock/gmock.h>

#include "tests/support/run_op.h"
#include "tests/support/typed.h"

namespace mortise::test {
namespace {

using testing::Each;
using testing::HasSubstr;

constexpr int32_t kVersions[] = {1, 6, 7, 10, 12, 13, 22};

// A node that trains or not, by the means of its version; versions 7 and 10 never train.
OpTest dropout(int32_t version, const Tensor& x, double ratio, bool trains, DType ratio_dtype = DType::kF32) {
  OpTest test{.op = "Dropout", .version = version, .inputs = {x}, .num_outputs = 2};
  if (version >= 12) {
    test.inputs.emplace_back(typed(ratio_dtype, {}, std::vector{ratio}));
    test.inputs.emplace_back(Tensor::of<bool>({}, {trains}));
    test.attributes = {{"seed", int64_t{7}}};
    return test;
  }
  test.attributes = {{"ratio", static_cast<float>(ratio)}};
  if (version < 7) test.attributes.emplace_back("is_test", int64_t{trains ? 0 : 1});
  return test;
}

std::vector<double> mask_of(const Value& mask) {
  if (mask.tensor.dtype() != DType::kBool) return doubles(mask.tensor);
  const auto bools = elements<bool>(mask);
  return {bools.begin(), bools.end()};
}

TEST(Dropout, CopiesInInference) {
  for (const int32_t version : kVersions) {
    for (const DType dtype : kFloatTypes) {
      const Tensor x = eighths(dtype, {3, 5}, 1);
      const auto y = run_op(dropout(version, x, 0.5, false));
      ASSERT_TRUE(y.ok()) << y.status().message();
      EXPECT_EQ(doubles((*y)[0].tensor), doubles(x));
      EXPECT_EQ((*y)[1].tensor.dtype(), version < 10 ? dtype : DType::kBool);
      EXPECT_THAT(mask_of((*y)[1]), Each(1));
    }
  }
}

TEST(Dropout, DropsAtItsRatioAndScalesTheRest) {
  constexpr int64_t kCount = 20'000;
  for (const int32_t version : {1, 6, 12, 13, 22}) {
    for (const DType dtype : kFloatTypes) {
      for (const double ratio : {0.5, 0.125, 0.75}) {
        const Tensor x = typed(dtype, {kCount}, std::vector<double>(kCount, 1.5));
        const auto y = run_op(dropout(version, x, ratio, true));
        ASSERT_TRUE(y.ok()) << y.status().message();
        const auto values = doubles((*y)[0].tensor), mask = mask_of((*y)[1]);
        int64_t dropped = 0;
        for (size_t i = 0; i < values.size(); ++i) {
          const double kept = 1.5 / (1 - ratio);
          ASSERT_NEAR(values[i], mask[i] * kept, precision(dtype) * kept) << i;
          dropped += mask[i] == 0;
        }
        // Six standard deviations of the binomial distribution.
        const double mean = kCount * ratio;
        EXPECT_NEAR(static_cast<double>(dropped), mean, 6 * std::sqrt(mean * (1 - ratio)));
      }
    }
  }
}

TEST(Dropout, DropsTheSameForTheSameSeedWhateverElseIsAsked) {
  const Tensor x = eighths(DType::kF32, {200}, 1);
  OpTest test = dropout(13, x, 0.5, true);
  test.attributes = {{"seed", int64_t{7}}};
  const auto first = run_op(test);
  test.num_outputs = 1;
  test.inputs[1] = typed(DType::kF64, {1}, std::vector{0.5});
  const auto again = run_op(test);
  test.attributes = {{"seed", int64_t{8}}};
  const auto other = run_op(test);
  ASSERT_TRUE(first.ok() && again.ok() && other.ok());
  EXPECT_EQ(floats((*first)[0]), floats((*again)[0]));
  EXPECT_NE(floats((*first)[0]), floats((*other)[0]));
}

TEST(Dropout, TakesRatiosOfEveryTypeAndHalfWhereThereIsNone) {
  const Tensor x = eighths(DType::kF32, {200}, 1);
  const auto wanted = run_op(dropout(22, x, 0.5, true));
  ASSERT_TRUE(wanted.ok()) << wanted.status().message();
  for (const DType dtype : kFloatTypes) {
    const auto y = run_op(dropout(22, x, 0.5, true, dtype));
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_EQ(floats((*y)[0]), floats((*wanted)[0]));
  }
  OpTest test = dropout(22, x, 0.5, true);
  test.inputs[1] = Value();
  const auto y = run_op(test);
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(floats((*y)[0]), floats((*wanted)[0]));
}

TEST(Dropout, DropsNothingAtRatioZeroAndTakesEmptyTensors) {
  const Tensor x = eighths(DType::kF32, {50}, 1);
  const auto y = run_op(dropout(13, x, 0, true));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(floats((*y)[0]), floats(x));
  EXPECT_THAT(mask_of((*y)[1]), Each(1));
  EXPECT_TRUE(run_op(dropout(13, eighths(DType::kF32, {2, 0}, 1), 0.5, true)).ok());
}

TEST(Dropout, RefusesRatiosAndModesThatCannotBe) {
  const Tensor x = eighths(DType::kF32, {4}, 1);
  for (const double ratio : {1.0, -0.5, std::nan("")}) {
    const auto y = run_op(dropout(13, x, ratio, true));
    ASSERT_FALSE(y.ok());
    EXPECT_THAT(y.status().message(), HasSubstr("it must be at least 0 and below 1"));
    EXPECT_TRUE(run_op(dropout(13, x, ratio, false)).ok());
  }
  OpTest test = dropout(13, x, 0.5, true);
  test.inputs[1] = typed(DType::kF32, {2}, std::vector{0.5, 0.5});
  EXPECT_THAT(run_op(test).status().message(), HasSubstr("ratio float32[2] must be one"));
  test = dropout(13, x, 0.5, true);
  test.inputs[2] = Tensor::of<bool>({2}, {true, true});
  EXPECT_THAT(run_op(test).status().message(), HasSubstr("training_mode bool[2] must be one bool"));
}

}  // namespace
}  // namespace mortise::test
