// Attention, rotary embedding and quantized products against hand calculations.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

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

// Since version 24 a mask ends where its columns end, if there is only one too; before, one column is for all keys.
TEST(Attention, HidesTheKeysBehindAMaskOfOneColumnSinceVersion24) {
  for (const auto& [version, expected] : {std::pair(23, 3.0f), std::pair(24, 1.0f)}) {
    for (const Tensor& mask : {Tensor::of<float>({1, 1}, {0}), Tensor::of<bool>({1, 1}, {true})}) {
      const auto y =
          run_op({.op = "Attention",
                  .version = version,
                  .inputs = {Tensor::of<float>({1, 1, 1, 1}, {1}), Tensor::of<float>({1, 1, 3, 1}, {0, 0, 0}),
                             Tensor::of<float>({1, 1, 3, 1}, {1, 3, 5}), mask}});
      ASSERT_TRUE(y.ok()) << y.status().message();
      EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-5f), {expected})) << version;
    }
  }
}

// Zeros are for queries from which keys are hidden, not for scores that are no numbers.
TEST(Attention, GivesNaNForScoresThatAreNone) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(), kInfinity = std::numeric_limits<float>::infinity();
  for (const char* op : {"Attention", "FlexAttention"}) {
    for (const float query : {kNaN, -kInfinity}) {
      OpTest test{.op = op,
                  .version = 24,
                  .inputs = {Tensor::of<float>({1, 1, 2, 1}, {query, 0}), Tensor::of<float>({1, 1, 2, 1}, {1, 1}),
                             Tensor::of<float>({1, 1, 2, 1}, {4, 8})}};
      if (op == std::string_view("FlexAttention")) test.domain = "ai.onnx.preview", test.version = 1;
      const auto y = run_op(test);
      ASSERT_TRUE(y.ok()) << y.status().message();
      EXPECT_TRUE(std::isnan(floats((*y)[0])[0])) << op << ' ' << query;
      EXPECT_FLOAT_EQ(floats((*y)[0])[1], 6) << op << ' ' << query;
    }
  }
}

TEST(Attention, RefusesLengthsThatThereAreNoKeysFor) {
  for (const int64_t length : {int64_t{-1}, int64_t{3}}) {
    const auto y = run_op({.op = "Attention",
                           .version = 24,
                           .inputs = {Tensor::of<float>({1, 1, 1, 1}, {1}), Tensor::of<float>({1, 1, 2, 1}, {1, 1}),
                                      Tensor::of<float>({1, 1, 2, 1}, {4, 8}), Value(), Value(), Value(),
                                      Tensor::of<int64_t>({1}, {length})}});
    ASSERT_FALSE(y.ok());
    EXPECT_THAT(y.status().message(), testing::HasSubstr("nonpad_kv_seqlen has the entry " + std::to_string(length)));
  }
}

// Rows without elements are walked all the same.
TEST(Attention, RefusesHeadsWithoutNumber) {
  const Tensor nothing = Tensor::of<float>({1, 2, 0}, {});
  const int64_t heads = int64_t{1} << 40;
  const auto attention = run_op({.op = "Attention",
                                 .version = 24,
                                 .attributes = {{"q_num_heads", heads}, {"kv_num_heads", heads}},
                                 .inputs = {nothing, nothing, nothing}});
  const auto rotary = run_op({.op = "RotaryEmbedding",
                              .version = 23,
                              .attributes = {{"num_heads", heads}},
                              .inputs = {nothing, Tensor::of<float>({1, 2, 0}, {}), Tensor::of<float>({1, 2, 0}, {})}});
  for (const auto& y : {attention, rotary}) {
    ASSERT_FALSE(y.ok());
    EXPECT_THAT(y.status().message(), testing::HasSubstr("more rows than can be walked"));
  }
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
