// Recurrent, gated, quantization, resizing and loss operators against hand calculations.
#include <gmock/gmock.h>

#include <cmath>
#include <random>

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

struct Pooled {
  std::vector<double> best, mean, mean_with_padding, norm;
  std::vector<int64_t> places, places_by_columns;  // of the best
};

// The windows of images [N, C, D, H, W], a tap after the other.
Pooled pooled(const Tensor& x, const Shape& output, const std::vector<int64_t>& kernel,
              const std::vector<int64_t>& strides, const std::vector<int64_t>& dilations,
              const std::vector<int64_t>& pads) {
  const std::vector<double> pixels = doubles(x);
  const int64_t size = x.dim(2) * x.dim(3) * x.dim(4);
  Pooled result;
  for (int64_t i = 0; i < output.num_elements(); ++i) {
    const int64_t at[] = {i / output[4] / output[3] % output[2], i / output[4] % output[3], i % output[4]};
    const int64_t plane = i / output[4] / output[3] / output[2];
    double best = -INFINITY, sum = 0, squares = 0;
    int64_t taps = 0, padded = 0, place = 0, by_columns = 0;
    for (int64_t tap = 0; tap < kernel[0] * kernel[1] * kernel[2]; ++tap) {
      const int64_t taken[] = {tap / kernel[2] / kernel[1], tap / kernel[2] % kernel[1], tap % kernel[2]};
      int64_t p[3];
      bool inside = true, in_padding = true;
      for (uint32_t axis = 0; axis < 3; ++axis) {
        p[axis] = at[axis] * strides[axis] - pads[axis] + taken[axis] * dilations[axis];
        inside = inside && p[axis] >= 0 && p[axis] < x.dim(axis + 2);
        in_padding = in_padding && p[axis] < x.dim(axis + 2) + pads[axis + 3];
      }
      padded += in_padding;
      if (!inside) continue;
      const int64_t offset = (p[0] * x.dim(3) + p[1]) * x.dim(4) + p[2];
      const double pixel = pixels[static_cast<size_t>(plane * size + offset)];
      if (taps == 0 || pixel > best || (std::isnan(pixel) && !std::isnan(best))) {
        best = pixel;
        place = offset;
        by_columns = p[0] + x.dim(2) * (p[1] + x.dim(3) * p[2]);
      }
      sum += pixel;
      squares += pixel * pixel;
      ++taps;
    }
    result.best.push_back(best);
    result.mean.push_back(taps == 0 ? 0 : sum / static_cast<double>(taps));
    result.mean_with_padding.push_back(padded == 0 ? 0 : sum / static_cast<double>(padded));
    result.norm.push_back(std::sqrt(squares));
    result.places.push_back(plane * size + place);
    result.places_by_columns.push_back(plane * size + by_columns);
  }
  return result;
}

// Equal, where NaN equals NaN.
void expect_numbers(const Value& got, const std::vector<double>& wanted, float room) {
  const std::vector<float> values = floats(got);
  ASSERT_EQ(values.size(), wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (std::isnan(wanted[i]) || std::isinf(wanted[i])) {
      EXPECT_THAT(values[i], testing::NanSensitiveFloatEq(static_cast<float>(wanted[i]))) << i;
    } else {
      EXPECT_NEAR(values[i], wanted[i], room) << i;
    }
  }
}

// Only padding lies in the windows of an empty image.
TEST(Pool, OfAnEmptyImageIsOfItsPadding) {
  for (const int64_t by_columns : {0, 1}) {
    const auto y = run_op({.op = "MaxPool",
                           .version = 12,
                           .attributes = {{"kernel_shape", std::vector<int64_t>{2, 2}},
                                          {"pads", std::vector<int64_t>{1, 1, 1, 1}},
                                          {"storage_order", by_columns}},
                           .inputs = {Tensor::of<float>({1, 1, 0, 1}, {})},
                           .num_outputs = 2});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_THAT(floats((*y)[0]), ElementsAre(-INFINITY, -INFINITY));
    EXPECT_THAT(elements<int64_t>((*y)[1]), ElementsAre(0, 0));
  }
}

TEST(Pool, TakesTheTapsInsideTheImage) {
  std::minstd_rand random(1);
  const auto number = [&](int64_t from, int64_t to) { return std::uniform_int_distribution(from, to)(random); };
  for (uint32_t i = 0; i < 60; ++i) {
    Shape input{2, 2, number(1, 3), number(1, 9), i % 20 == 0 ? 700 : number(1, 24)};
    std::vector<int64_t> kernel, strides, dilations, pads(6);
    const int64_t ceil_mode = number(0, 1);
    for (uint32_t axis = 0; axis < 3; ++axis) {
      kernel.push_back(number(1, 4));
      strides.push_back(number(1, 3));
      dilations.push_back(number(1, 2));
      pads[axis] = number(0, kernel[axis] * dilations[axis]);
      pads[axis + 3] = number(0, kernel[axis] * dilations[axis]);
      const int64_t reach = (kernel[axis] - 1) * dilations[axis] + 1;
      input[axis + 2] = std::max(input[axis + 2], reach - pads[axis] - pads[axis + 3]);
    }
    Tensor x = eighths(DType::kF32, input, i);
    if (i % 3 == 0) x.data<float>()[number(0, x.num_elements() - 1)] = NAN;
    if (i % 4 == 0) std::fill_n(x.data<float>(), x.num_elements() / 2, -INFINITY);
    const auto run = [&](const char* op, Attributes more, uint32_t num_outputs = 1) {
      more.insert(more.end(), {{"kernel_shape", kernel},
                               {"strides", strides},
                               {"dilations", dilations},
                               {"pads", pads},
                               {"ceil_mode", ceil_mode}});
      auto y = run_op({.op = op,
                       .version = 22,
                       .attributes = std::move(more),
                       .inputs = {x},
                       .num_outputs = num_outputs,
                       .threads = 2});
      EXPECT_TRUE(y.ok()) << y.status().message();
      return y;
    };
    const auto best = run("MaxPool", {}), places = run("MaxPool", {}, 2);
    const auto columns = run("MaxPool", {{"storage_order", int64_t{1}}}, 2);
    const auto mean = run("AveragePool", {}), padded = run("AveragePool", {{"count_include_pad", int64_t{1}}});
    const auto norm = run("LpPool", {});
    ASSERT_TRUE(best.ok() && places.ok() && columns.ok() && mean.ok() && padded.ok() && norm.ok());
    const Pooled wanted = pooled(x, (*best)[0].tensor.shape(), kernel, strides, dilations, pads);
    expect_numbers((*best)[0], wanted.best, 0);
    expect_numbers((*places)[0], wanted.best, 0);
    EXPECT_EQ(elements<int64_t>((*places)[1]), wanted.places);
    EXPECT_EQ(elements<int64_t>((*columns)[1]), wanted.places_by_columns);
    expect_numbers((*mean)[0], wanted.mean, 1e-6f);
    expect_numbers((*padded)[0], wanted.mean_with_padding, 1e-6f);
    expect_numbers((*norm)[0], wanted.norm, 1e-6f);
  }
}

// What a window does not reach does not count, however large it is.
TEST(Lrn, SumsTheSquaresOfNeighbouringChannels) {
  for (const int64_t channels : {1, 2, 7}) {
    for (const int64_t size : {1, 2, 3, 4, 5, 13, 14, 1 << 30}) {
      for (const int64_t inner : {1, 300}) {
        Tensor x = eighths(DType::kF32, {2, channels, inner}, static_cast<uint32_t>(size));
        if (channels == 7) x.data<float>()[inner] = 1e15f, x.data<float>()[4 * inner] = INFINITY;
        const auto y = run_op({.op = "LRN",
                               .version = 13,
                               .attributes = {{"size", size}, {"alpha", static_cast<float>(size)}, {"beta", 0.5f}},
                               .inputs = {x},
                               .threads = 2});
        ASSERT_TRUE(y.ok()) << y.status().message();
        std::vector<double> wanted;
        for (int64_t i = 0; i < x.num_elements(); ++i) {
          const int64_t channel = i / inner % channels;
          double sum = 0;
          for (int64_t c = 0; c < channels; ++c) {
            const double pixel = static_cast<double>(x.data<float>()[i + (c - channel) * inner]);
            if (c >= channel - (size - 1) / 2 && c <= channel + size / 2) sum += pixel * pixel;
          }
          wanted.push_back(static_cast<double>(x.data<float>()[i]) / std::sqrt(1 + sum));
        }
        expect_numbers((*y)[0], wanted, 1e-6f);
      }
    }
  }
}

// As an activation the threshold itself passes, other than in the operator of this name.
TEST(Rnn, PassesTheThresholdOfThresholdedRelu) {
  for (const auto& [x, expected] : {std::pair(1.0f, 1.0f), std::pair(0.99f, 0.0f)}) {
    const auto y = run_op({.op = "RNN",
                           .version = 14,
                           .attributes = {{"hidden_size", int64_t{1}},
                                          {"activations", std::vector<std::string>{"ThresholdedRelu"}},
                                          {"activation_alpha", std::vector<float>{1}}},
                           .inputs = {Tensor::of<float>({1, 1, 1}, {x}), Tensor::of<float>({1, 1, 1}, {1}),
                                      Tensor::of<float>({1, 1, 1}, {0})}});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_THAT(floats((*y)[0]), ElementsAre(expected));
  }
}

TEST(Rnn, RefusesANegativeClip) {
  const Tensor x = Tensor::of<float>({1, 1, 1}, {1});
  const auto y = run_op(
      {.op = "RNN", .version = 14, .attributes = {{"hidden_size", int64_t{1}}, {"clip", -1.0f}}, .inputs = {x, x, x}});
  ASSERT_FALSE(y.ok());
  EXPECT_THAT(y.status().message(), HasSubstr("attribute clip is -1; it must not be negative"));
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
