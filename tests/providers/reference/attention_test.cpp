// Attention, rotary embedding and quantized products against hand calculations.
#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::Pointwise;

TEST(Attention, WeighsValuesByTheSoftmaxOfScaledProducts) {
  // Scores ln 3 and 0: weights 3/4 and 1/4.
  const auto y =
      run_op({.op = "Attention",
              .version = 23,
              .attributes = {{"scale", 1.0f}},
              .inputs = {Tensor::of<float>({1, 1, 1, 1}, {1}), Tensor::of<float>({1, 1, 2, 1}, {std::log(3.0f), 0}),
                         Tensor::of<float>({1, 1, 2, 1}, {4, 8})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-5f), {5.0f}));
}

TEST(Attention, TakesAScaleOfZeroAtItsWord) {
  const auto y = run_op({.op = "Attention",
                         .version = 23,
                         .attributes = {{"scale", 0.0f}},
                         .inputs = {Tensor::of<float>({1, 1, 1, 1}, {1}), Tensor::of<float>({1, 1, 2, 1}, {5, 0}),
                                    Tensor::of<float>({1, 1, 2, 1}, {4, 8})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(6));
}

TEST(Attention, AddsAMaskOfIntegers) {
  // Scores 0 and 0, and 0 and 1 are added: weights 1 / (1 + e) and e / (1 + e).
  const auto y = run_op({.op = "Attention",
                         .version = 23,
                         .inputs = {Tensor::of<float>({1, 1, 1, 1}, {1}), Tensor::of<float>({1, 1, 2, 1}, {0, 0}),
                                    Tensor::of<float>({1, 1, 2, 1}, {0, 1}), Tensor::of<int32_t>({1, 2}, {0, 1})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-5f), {std::exp(1.0f) / (1 + std::exp(1.0f))}));
}

TEST(Attention, GivesZeroWhereEveryKeyIsMasked) {
  const auto y = run_op({.op = "Attention",
                         .version = 23,
                         .inputs = {Tensor::of<float>({1, 1, 2, 1}, {1, 1}), Tensor::of<float>({1, 1, 1, 1}, {1}),
                                    Tensor::of<float>({1, 1, 1, 1}, {7}), Tensor::of<bool>({2, 1}, {false, true})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(0, 7));
}

TEST(Attention, RefusesHeadsThatDoNotDivide) {
  const Tensor x = Tensor::of<float>({1, 1, 3}, {1, 2, 3});
  EXPECT_FALSE(run_op({.op = "Attention",
                       .version = 23,
                       .attributes = {{"q_num_heads", int64_t{2}}, {"kv_num_heads", int64_t{1}}},
                       .inputs = {x, x, x}})
                   .ok());
}

TEST(RotaryEmbedding, TurnsPairsByTheAngleOfThePosition) {
  // A quarter turn takes (1, 2) to (-2, 1).
  const auto y = run_op({.op = "RotaryEmbedding",
                         .version = 23,
                         .inputs = {Tensor::of<float>({1, 1, 1, 2}, {1, 2}), Tensor::of<float>({1, 1, 1}, {0}),
                                    Tensor::of<float>({1, 1, 1}, {1})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(-2, 1));
}

TEST(RotaryEmbedding, RefusesPositionsOutOfRange) {
  const Tensor cache = Tensor::of<float>({1, 1}, {1});
  EXPECT_FALSE(
      run_op({.op = "RotaryEmbedding",
              .version = 23,
              .inputs = {Tensor::of<float>({1, 1, 1, 2}, {1, 2}), cache, cache, Tensor::of<int64_t>({1, 1}, {1})}})
          .ok());
}

TEST(QLinearMatMul, ScalesTheProductBackAndSaturates) {
  // (3-1)*(5-2) + (1-1)*(9-2) = 6, times 0.5 * 0.5 / 0.25 = 6, plus 4; the second column saturates.
  const auto scalar = [](float value) { return Tensor::of<float>({}, {value}); };
  const auto zero = [](uint8_t value) { return Tensor::of<uint8_t>({}, {value}); };
  const auto y =
      run_op({.op = "QLinearMatMul",
              .version = 10,
              .inputs = {Tensor::of<uint8_t>({1, 2}, {3, 1}), scalar(0.5f), zero(1),
                         Tensor::of<uint8_t>({2, 2}, {5, 200, 9, 9}), scalar(0.5f), zero(2), scalar(0.25f), zero(4)}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<uint8_t>((*y)[0]), ElementsAre(10, 255));
}

}  // namespace
}  // namespace mortise::test
