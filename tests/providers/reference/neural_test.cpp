// Recurrent, gated, quantization, resizing and loss operators against hand calculations.
#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/run_op.h"
#include "tests/support/typed.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

TEST(Rnn, StopsAtTheLengthOfEachSequence) {
  // h' = relu(x + 2 h); the second sequence has one step, and in reverse begins with it.
  for (const char* direction : {"forward", "reverse"}) {
    const auto y = run_op({.op = "RNN",
                           .version = 14,
                           .attributes = {{"hidden_size", int64_t{1}},
                                          {"activations", std::vector<std::string>{"Relu"}},
                                          {"direction", std::string(direction)}},
                           .inputs = {Tensor::of<float>({2, 2, 1}, {1, 10, 3, 50}), Tensor::of<float>({1, 1, 1}, {1}),
                                      Tensor::of<float>({1, 1, 1}, {2}), Value(), Tensor::of<int32_t>({2}, {2, 1})},
                           .num_outputs = 2});
    ASSERT_TRUE(y.ok()) << y.status().message();
    if (direction == std::string("forward")) {
      EXPECT_THAT(floats((*y)[0]), ElementsAre(1, 10, 5, 0));
      EXPECT_THAT(floats((*y)[1]), ElementsAre(5, 10));
    } else {
      EXPECT_THAT(floats((*y)[0]), ElementsAre(7, 10, 3, 0));
      EXPECT_THAT(floats((*y)[1]), ElementsAre(7, 10));
    }
  }
}

// In ceil mode a window larger than the input has one place, and what sticks out counts for nothing.
TEST(Pool, InCeilModeWindowsMayBeLargerThanTheInput) {
  const Attributes attributes = {{"kernel_shape", std::vector<int64_t>{3}},
                                 {"strides", std::vector<int64_t>{2}},
                                 {"ceil_mode", int64_t{1}},
                                 {"count_include_pad", int64_t{1}}};
  const Tensor x = Tensor::of<float>({1, 1, 2}, {2, 4});
  for (const auto& [op, expected] : {std::pair("MaxPool", 4.0f), std::pair("AveragePool", 3.0f)}) {
    const auto y = run_op({.op = op, .version = 19, .attributes = attributes, .inputs = {x}});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_THAT(floats((*y)[0]), ElementsAre(expected));
  }
}

TEST(Lstm, RefusesWeightsOfAnotherSize) {
  const Tensor x = Tensor::of<float>({1, 1, 1}, {1});
  EXPECT_FALSE(run_op({.op = "LSTM", .version = 14, .inputs = {x, x, x}}).ok());
}

// The states have memory all the same, each its own (AddressSanitizer watches).
TEST(Lstm, RunsWhereItsStatesAreNotWanted) {
  const Tensor x = Tensor::of<float>({1, 1, 1}, {1});
  const auto y =
      run_op({.op = "LSTM",
              .version = 14,
              .attributes = {{"hidden_size", int64_t{1}}},
              .inputs = {x, Tensor::of<float>({1, 4, 1}, {1, 1, 1, 1}), Tensor::of<float>({1, 4, 1}, {0, 0, 0, 0})},
              .num_outputs = 1});
  ASSERT_TRUE(y.ok()) << y.status().message();
  // With s = sigmoid(1): s * tanh(s * tanh(1)).
  EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-6f), {0.369606f}));
}

// 10 / 3.998 is 2.5012… in float32 and 2.5 in bfloat16, where 3.998 is 4, and a tie goes to 2.
TEST(QuantizeLinear, DividesInTheNamedPrecision) {
  const auto quantized = [](int32_t version, Attributes attributes) {
    const auto y = run_op(
        {.op = "QuantizeLinear",
         .version = version,
         .attributes = std::move(attributes),
         .inputs = {Tensor::of<float>({1}, {10}), Tensor::of<float>({}, {3.998f}), Tensor::of<int8_t>({}, {0})}});
    EXPECT_TRUE(y.ok()) << y.status().message();
    return y.ok() ? int{(*y)[0].tensor.data<int8_t>()[0]} : -1;
  };
  EXPECT_EQ(quantized(25, {}), 3);
  EXPECT_EQ(quantized(25, {{"precision", int64_t{MORTISE_DTYPE_BF16}}}), 2);
  EXPECT_EQ(quantized(25, {{"precision", int64_t{MORTISE_DTYPE_F32}}}), 3);
  EXPECT_EQ(quantized(13, {}), 3);
}
// 1 / 3 is a little too large in float32, so the quotient a little below 1.5, which float32 rounds to that tie.
TEST(QuantizeLinear, DividesInDoublesWhereTheyAreNamed) {
  const auto quantized = [](Attributes attributes) {
    const auto y = run_op(
        {.op = "QuantizeLinear",
         .version = 25,
         .attributes = std::move(attributes),
         .inputs = {Tensor::of<float>({1}, {0.5f}), Tensor::of<float>({}, {1.0f / 3}), Tensor::of<int8_t>({}, {0})}});
    EXPECT_TRUE(y.ok()) << y.status().message();
    return y.ok() ? int{(*y)[0].tensor.data<int8_t>()[0]} : -1;
  };
  EXPECT_EQ(quantized({}), 2);
  EXPECT_EQ(quantized({{"precision", int64_t{MORTISE_DTYPE_F64}}}), 1);
}
// 2051 is no half, but between 2050 and 2052: the scale's type decides.
TEST(QuantizeLinear, DividesInTheScalesTypeSinceVersion23) {
  const auto quantized = [](Tensor scale) {
    const auto y = run_op({.op = "QuantizeLinear",
                           .version = 25,
                           .inputs = {Tensor::of<float>({1}, {2051}), std::move(scale), Tensor::of<int16_t>({}, {0})}});
    EXPECT_TRUE(y.ok()) << y.status().message();
    return y.ok() ? int{(*y)[0].tensor.data<int16_t>()[0]} : -1;
  };
  EXPECT_EQ(quantized(Tensor::of<float>({}, {1})), 2051);
  EXPECT_EQ(quantized(Tensor::of<Half>({}, {1})), 2052);
}
TEST(QuantizeLinear, RoundsTiesToEvenAndSaturates) {
  const auto y = run_op({.op = "QuantizeLinear",
                         .version = 13,
                         .inputs = {Tensor::of<float>({4}, {1, 3, -1000, 1000}), Tensor::of<float>({}, {2}),
                                    Tensor::of<int8_t>({}, {1})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<int8_t>((*y)[0]), ElementsAre(1, 3, -128, 127));
}

TEST(Resize, InterpolatesAtHalfPixels) {
  const auto y = run_op({.op = "Resize",
                         .version = 13,
                         .attributes = {{"mode", std::string("linear")}},
                         .inputs = {Tensor::of<float>({2}, {0, 4}), Value(), Tensor::of<float>({1}, {2})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(0, 1, 3, 4));
}

TEST(Resize, RefusesImpossibleScales) {
  for (const float scale : {0.0f, -1.0f, 1e30f, std::nanf("")}) {
    EXPECT_FALSE(run_op({.op = "Resize",
                         .version = 13,
                         .inputs = {Tensor::of<float>({2}, {0, 4}), Value(), Tensor::of<float>({1}, {scale})}})
                     .ok())
        << scale;
  }
}

TEST(Resize, RefusesExtentsThatNoIntegerHolds) {
  // The scale of the first axis goes for the second too.
  const auto y = run_op(
      {.op = "Resize",
       .version = 18,
       .attributes = {{"keep_aspect_ratio_policy", std::string("not_smaller")}},
       .inputs = {Tensor::of<float>({1, 2}, {0, 4}), Value(), Value(), Tensor::of<int64_t>({2}, {1LL << 39, 1})}});
  ASSERT_FALSE(y.ok());
  EXPECT_THAT(y.status().message(), HasSubstr("axis 1 of [1, 2] cannot be scaled"));
}

TEST(SwiGlu, MultipliesByTheSwishOfTheGate) {
  for (const DType dtype : kFloatTypes) {
    for (const double alpha : {1.0, 0.5, -2.0}) {
      for (const Shape& shape : {Shape{}, Shape{0, 3}, Shape{2, 3, 5}}) {
        const Tensor a = eighths(dtype, shape, 1), b = eighths(dtype, shape, 2);
        const auto y = run_op(
            {.op = "SwiGLU", .version = 28, .attributes = {{"alpha", static_cast<float>(alpha)}}, .inputs = {a, b}});
        ASSERT_TRUE(y.ok()) << y.status().message();
        std::vector<double> wanted = doubles(a);
        for (size_t i = 0; i < wanted.size(); ++i) wanted[i] *= doubles(b)[i] / (1 + std::exp(-alpha * wanted[i]));
        EXPECT_EQ((*y)[0].tensor.shape(), shape);
        expect_near((*y)[0], wanted);
      }
    }
  }
}

TEST(SwiGlu, DoesNotBroadcast) {
  const auto y = run_op({.op = "SwiGLU",
                         .version = 28,
                         .inputs = {Tensor::of<float>({2, 1}, {1, 2}), Tensor::of<float>({1, 2}, {1, 2})}});
  ASSERT_FALSE(y.ok());
  EXPECT_THAT(y.status().message(), HasSubstr("A [2, 1] and B [1, 2] must have the same shape"));
}

TEST(SoftmaxCrossEntropyLoss, RefusesLabelsOutOfRange) {
  const Tensor scores = Tensor::of<float>({1, 2}, {0, 0});
  const auto y =
      run_op({.op = "SoftmaxCrossEntropyLoss", .version = 13, .inputs = {scores, Tensor::of<int64_t>({1}, {1})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-6f), {std::log(2.0f)}));
  EXPECT_FALSE(
      run_op({.op = "SoftmaxCrossEntropyLoss", .version = 13, .inputs = {scores, Tensor::of<int64_t>({1}, {2})}}).ok());
}

}  // namespace
}  // namespace mortise::test
