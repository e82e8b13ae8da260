// MatMul, Gemm, Softmax, BatchNormalization, LRN and the parameters of quantized operators against hand calculations and
// plain sums.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

TEST(MatMul, MatchesItsDefinitionForSizesAroundTheTiles) {
  for (const int64_t m : {1, 3, 65}) {
    for (const int64_t n : {1, 9, 130}) {
      for (const int64_t k : {0, 1, 129}) {
        Tensor a = Tensor::allocate(DType::kI32, {m, k}).value(), b = Tensor::allocate(DType::kI32, {k, n}).value();
        for (int64_t i = 0; i < m * k; ++i) a.data<int32_t>()[i] = static_cast<int32_t>(i * 7 % 23 - 11);
        for (int64_t i = 0; i < k * n; ++i) b.data<int32_t>()[i] = static_cast<int32_t>(i * 5 % 19 - 9);
        std::vector<int32_t> expected;
        for (int64_t i = 0; i < m; ++i) {
          for (int64_t j = 0; j < n; ++j) {
            int32_t sum = 0;
            for (int64_t p = 0; p < k; ++p) sum += a.data<int32_t>()[i * k + p] * b.data<int32_t>()[p * n + j];
            expected.push_back(sum);
          }
        }
        const auto y = run_op({.op = "MatMul", .version = 13, .inputs = {a, b}, .threads = 2});
        ASSERT_TRUE(y.ok()) << y.status().message();
        EXPECT_EQ(elements<int32_t>((*y)[0]), expected) << m << " " << n << " " << k;
      }
    }
  }
}

TEST(MatMul, BroadcastsBatchesAndTakesVectors) {
  const Tensor a = Tensor::of<float>({2, 1, 1, 2}, {1, 2, 3, 4});
  const Tensor b = Tensor::of<float>({3, 2, 1}, {1, 0, 0, 1, 1, 1});
  const auto y = run_op({.op = "MatMul", .version = 13, .inputs = {a, b}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ((*y)[0].tensor.shape(), (Shape{2, 3, 1, 1}));
  EXPECT_THAT(floats((*y)[0]), ElementsAre(1, 2, 3, 3, 4, 7));
  const Tensor v = Tensor::of<float>({2}, {5, 6});
  const auto dot = run_op({.op = "MatMul", .version = 13, .inputs = {v, v}});
  ASSERT_TRUE(dot.ok()) << dot.status().message();
  EXPECT_EQ((*dot)[0].tensor.rank(), 0u);
  EXPECT_THAT(floats((*dot)[0]), ElementsAre(61));
}

TEST(MatMul, RefusesShapesThatDoNotFit) {
  const Tensor a = Tensor::of<float>({1, 2}, {1, 2}), b = Tensor::of<float>({1, 2}, {1, 2});
  EXPECT_FALSE(run_op({.op = "MatMul", .version = 13, .inputs = {a, b}}).ok());
}

TEST(Gemm, ScalesTransposesAndBroadcasts) {
  const auto y =
      run_op({.op = "Gemm",
              .version = 13,
              .attributes = {{"transA", int64_t{1}}, {"transB", int64_t{1}}, {"alpha", 2.0f}, {"beta", 0.5f}},
              .inputs = {Tensor::of<float>({2, 1}, {1, 2}), Tensor::of<float>({2, 2}, {1, 2, 3, 4}),
                         Tensor::of<float>({2}, {10, 20})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(15, 32));
}

// A [2, 1, 2, 3] times B [3, 3, 2]: each matrix has scales and zero points of its own, which follow it through the
// broadcast; scales are powers of two, so that the naive sum is exact.
TEST(QLinearMatMul, TakesParametersOfEachMatrix) {
  std::vector<uint8_t> a(12), b(18), a_zeros(4), b_zeros(6), y_zeros(12);
  std::vector<float> a_scales(4), b_scales(6), y_scales(12);
  for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<uint8_t>(i * 7 % 11);
  for (size_t i = 0; i < b.size(); ++i) b[i] = static_cast<uint8_t>(i * 5 % 13);
  for (size_t i = 0; i < a_zeros.size(); ++i) a_zeros[i] = static_cast<uint8_t>(i + 1);
  for (size_t i = 0; i < b_zeros.size(); ++i) b_zeros[i] = static_cast<uint8_t>(7 - i);
  for (size_t i = 0; i < y_zeros.size(); ++i) y_zeros[i] = static_cast<uint8_t>(100 + i);
  for (size_t i = 0; i < a_scales.size(); ++i) a_scales[i] = 1 / static_cast<float>(1 << i);
  for (size_t i = 0; i < b_scales.size(); ++i) b_scales[i] = static_cast<float>(1 << i % 3);
  for (size_t i = 0; i < y_scales.size(); ++i) y_scales[i] = 1 / static_cast<float>(1 << i % 4);
  std::vector<uint8_t> expected;
  for (size_t p = 0; p < 2; ++p)
    for (size_t q = 0; q < 3; ++q)
      for (size_t i = 0; i < 2; ++i)
        for (size_t j = 0; j < 2; ++j) {
          const size_t row = p * 2 + i, column = q * 2 + j, result = (p * 3 + q) * 2 + i;
          float sum = 0;
          for (size_t k = 0; k < 3; ++k)
            sum += static_cast<float>((a[row * 3 + k] - a_zeros[row]) * (b[(q * 3 + k) * 2 + j] - b_zeros[column]));
          const float y = std::nearbyint(sum * a_scales[row] * b_scales[column] / y_scales[result]) + y_zeros[result];
          expected.push_back(static_cast<uint8_t>(std::clamp(y, 0.0f, 255.0f)));
        }
  const auto bytes = [](const Shape& shape, const std::vector<uint8_t>& values) {
    return Tensor::of<uint8_t>(shape, std::span<const uint8_t>(values));
  };
  const auto y = run_op(
      {.op = "QLinearMatMul",
       .version = 21,
       .inputs = {bytes({2, 1, 2, 3}, a), Tensor::of<float>({2, 1, 2, 1}, a_scales), bytes({2, 1, 2, 1}, a_zeros),
                  bytes({3, 3, 2}, b), Tensor::of<float>({3, 1, 2}, b_scales), bytes({3, 1, 2}, b_zeros),
                  Tensor::of<float>({2, 3, 2, 1}, y_scales), bytes({2, 3, 2, 1}, y_zeros)}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(elements<uint8_t>((*y)[0]), expected);
}

TEST(QLinearMatMul, RefusesParametersOfAnotherShape) {
  const Tensor scale = Tensor::of<float>({1}, {1}), zero = Tensor::of<uint8_t>({}, {0});
  const Tensor a = Tensor::of<uint8_t>({2, 1}, {1, 2}), b = Tensor::of<uint8_t>({1, 3}, {1, 2, 3});
  const auto message = [&](const Tensor& a_zero, const Tensor& b_scale) {
    const auto y =
        run_op({.op = "QLinearMatMul", .version = 10, .inputs = {a, scale, a_zero, b, b_scale, zero, scale, zero}});
    EXPECT_FALSE(y.ok());
    return y.status().message();
  };
  EXPECT_THAT(message(Tensor::of<uint8_t>({1, 2}, {1, 2}), scale),
              HasSubstr("a_zero_point is uint8[1, 2]; it must have one of the shapes [], [1], [2], [2, 1]"));
  EXPECT_THAT(message(zero, Tensor::of<float>({3, 1}, {1, 2, 3})),
              HasSubstr("b_scale is float32[3, 1]; it must have one of the shapes [], [1], [3], [1, 3]"));
}

TEST(QuantizeLinear, RefusesZeroPointOfAnotherShapeThanTheScale) {
  const Tensor x = Tensor::of<float>({2, 2}, {1, 2, 3, 4}), codes = Tensor::of<uint8_t>({2, 2}, {1, 2, 3, 4});
  const Tensor scale = Tensor::of<float>({2}, {1, 2}), zero = Tensor::of<uint8_t>({2, 1}, {3, 4});
  for (const OpTest& test : {OpTest{.op = "QuantizeLinear", .version = 13, .inputs = {x, scale, zero}},
                             OpTest{.op = "DequantizeLinear", .version = 21, .inputs = {codes, scale, zero}}}) {
    EXPECT_THAT(run_op(test).status().message(),
                HasSubstr("the zero point is uint8[2, 1] and the scale float32[2]; they must have one shape"));
  }
  // A scalar and a list of one are alike.
  const auto y = run_op({.op = "QuantizeLinear",
                         .version = 13,
                         .inputs = {x, Tensor::of<float>({}, {0.5f}), Tensor::of<uint8_t>({1}, {10})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<uint8_t>((*y)[0]), ElementsAre(12, 14, 16, 18));
}

TEST(Softmax, TakesAxesTogetherBeforeVersion13) {
  const Tensor x = Tensor::of<float>({1, 2, 2}, {0, 0, 0, 0});
  EXPECT_THAT(floats((*run_op({.op = "Softmax", .version = 11, .inputs = {x}}))[0]), ElementsAre(.25, .25, .25, .25));
  EXPECT_THAT(floats((*run_op({.op = "Softmax", .version = 13, .inputs = {x}}))[0]), ElementsAre(.5, .5, .5, .5));
}

TEST(Softmax, DoesNotOverflow) {
  const auto y = run_op({.op = "Softmax", .version = 13, .inputs = {Tensor::of<float>({2}, {1000, 1000})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(.5, .5));
}

TEST(BatchNormalization, TrainsOnTheBatch) {
  const Tensor one = Tensor::of<float>({1}, {1}), zero = Tensor::of<float>({1}, {0});
  const auto y = run_op({.op = "BatchNormalization",
                         .version = 15,
                         .attributes = {{"training_mode", int64_t{1}}, {"epsilon", 0.0f}, {"momentum", 0.5f}},
                         .inputs = {Tensor::of<float>({2, 1}, {1, 5}), one, zero, one, zero},
                         .num_outputs = 3});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(-1, 1));
  EXPECT_THAT(floats((*y)[1]), ElementsAre(2));
  EXPECT_THAT(floats((*y)[2]), ElementsAre(2));
}

TEST(LRN, SumsSquaresOfNeighbours) {
  const auto y = run_op({.op = "LRN",
                         .version = 13,
                         .attributes = {{"size", int64_t{2}}, {"alpha", 2.0f}, {"beta", 1.0f}, {"bias", 0.0f}},
                         .inputs = {Tensor::of<float>({1, 3, 1}, {1, 2, 4})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-6f), {1 / 5.0f, 2 / 20.0f, 4 / 16.0f}));
}

}  // namespace
}  // namespace mortise::test
