// MatMul, Gemm, Softmax, BatchNormalization, LRN against hand calculations and plain sums.
#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
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
