// Operators that move, select and reduce elements, by hand calculation and naive loops.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsNan;

Tensor ints(std::initializer_list<int64_t> values) {
  return Tensor::of<int64_t>({static_cast<int64_t>(values.size())}, values);
}

Tensor iota(const Shape& shape) {
  std::vector<float> values(static_cast<size_t>(shape.num_elements()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  return Tensor::of<float>(shape, std::span<const float>(values));
}

TEST(Reshape, RefusesShapeOfAnotherSize) {
  const auto y = run_op({.op = "Reshape", .version = 14, .inputs = {iota({2, 3}), ints({4, -1})}});
  ASSERT_FALSE(y.ok());
  EXPECT_THAT(y.status().message(), HasSubstr("[2, 3]"));
}

TEST(Reshape, RefusesShapeThatOverflows) {
  const auto y = run_op({.op = "Reshape", .version = 14, .inputs = {iota({2}), ints({1LL << 40, 1LL << 40})}});
  EXPECT_FALSE(y.ok());
}

TEST(Expand, RefusesResultThatOverflows) {
  const auto y = run_op({.op = "Expand", .version = 13, .inputs = {iota({1}), ints({1LL << 40, 1LL << 40})}});
  EXPECT_FALSE(y.ok());
}

TEST(Transpose, MovesEveryElementOfFourAxes) {
  const Tensor x = iota({2, 3, 4, 5});
  const std::vector<int64_t> perm{2, 0, 3, 1};
  const auto y = run_op({.op = "Transpose", .version = 13, .attributes = {{"perm", perm}}, .inputs = {x}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  const auto out = floats((*y)[0]);
  for (size_t a = 0; a < 2; ++a)
    for (size_t b = 0; b < 3; ++b)
      for (size_t c = 0; c < 4; ++c)
        for (size_t d = 0; d < 5; ++d)
          EXPECT_EQ(out[((c * 2 + a) * 5 + d) * 3 + b], static_cast<float>(((a * 3 + b) * 4 + c) * 5 + d));
}

TEST(Transpose, MovesStrings) {
  const auto y = run_op({.op = "Transpose", .version = 13, .inputs = {Tensor::strings({2, 2}, {"a", "b", "c", "d"})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(strings((*y)[0]), ElementsAre("a", "c", "b", "d"));
}

TEST(Slice, StepsBackwardsPastTheBeginning) {
  const auto min = std::numeric_limits<int64_t>::min();
  const auto y =
      run_op({.op = "Slice", .version = 13, .inputs = {iota({5}), ints({-1}), ints({min}), ints({0}), ints({-2})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(4, 2, 0));
}

TEST(Slice, TakesTheSmallestStep) {
  const auto min = std::numeric_limits<int64_t>::min();
  const auto y =
      run_op({.op = "Slice", .version = 13, .inputs = {iota({5}), ints({4}), ints({min}), ints({0}), ints({min})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(4));
}

TEST(Slice, RefusesStepZero) {
  EXPECT_FALSE(
      run_op({.op = "Slice", .version = 13, .inputs = {iota({5}), ints({0}), ints({5}), ints({0}), ints({0})}}).ok());
}

TEST(Gather, RefusesIndexOutOfRange) {
  const auto y = run_op({.op = "Gather", .version = 13, .inputs = {iota({3}), ints({3})}});
  ASSERT_FALSE(y.ok());
  EXPECT_THAT(y.status().message(), HasSubstr("indices has 3 at 0, which is out of range for extent 3"));
}

TEST(ScatterND, AddsDuplicates) {
  const auto y =
      run_op({.op = "ScatterND",
              .version = 18,
              .attributes = {{"reduction", std::string("add")}},
              .inputs = {iota({3}), Tensor::of<int64_t>({2, 1}, {1, -2}), Tensor::of<float>({2}, {10, 20})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(0, 31, 2));
}

// The old element, then the new one is NaN; then neither.
TEST(Scatter, LetsNanWinInMaximaAndMinima) {
  const Tensor x = Tensor::of<float>({3}, {NAN, 1, 2}), updates = Tensor::of<float>({3}, {1, NAN, 3});
  const auto best = [&](const char* op, const char* reduction, const Shape& indices) {
    const auto y = run_op({.op = op,
                           .version = 18,
                           .attributes = {{"reduction", std::string(reduction)}},
                           .inputs = {x, Tensor::of<int64_t>(indices, {0, 1, 2}), updates}});
    EXPECT_TRUE(y.ok()) << y.status().message();
    return y.ok() ? floats((*y)[0]) : std::vector<float>();
  };
  EXPECT_THAT(best("ScatterElements", "max", {3}), ElementsAre(IsNan(), IsNan(), 3));
  EXPECT_THAT(best("ScatterElements", "min", {3}), ElementsAre(IsNan(), IsNan(), 2));
  EXPECT_THAT(best("ScatterND", "max", {3, 1}), ElementsAre(IsNan(), IsNan(), 3));
  EXPECT_THAT(best("ScatterND", "min", {3, 1}), ElementsAre(IsNan(), IsNan(), 2));
}

// Half's neighbours are 2 apart from 2048 on, so that each further 1 alone would be lost; its largest is 65504.
TEST(Scatter, RoundsOnceInTheOracle) {
  const char* const options = R"({"accumulate": "f64"})";
  constexpr int64_t kCount = 3000;
  const std::vector<Half> ones(kCount, 1.0f);
  const Tensor zeros = Tensor::of<Half>({2}, {0, 0});
  const Tensor updates = Tensor::of<Half>({kCount}, std::span<const Half>(ones));
  for (const auto& [op, shape] :
       {std::pair("ScatterElements", Shape{kCount}), std::pair("ScatterND", Shape{kCount, 1})}) {
    const std::vector<int64_t> places(kCount, 0);
    const Tensor indices = Tensor::of<int64_t>(shape, std::span<const int64_t>(places));
    const auto y = run_op({.op = op,
                           .version = 18,
                           .attributes = {{"reduction", std::string("add")}},
                           .inputs = {zeros, indices, updates},
                           .options = options});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_THAT(elements<Half>((*y)[0]), ElementsAre(3000, 0));
  }
  const auto product = run_op(
      {.op = "ScatterElements",
       .version = 18,
       .attributes = {{"reduction", std::string("mul")}},
       .inputs = {Tensor::of<Half>({1}, {60000}), Tensor::of<int64_t>({2}, {0, 0}), Tensor::of<Half>({2}, {2, 0.5f})},
       .options = options});
  ASSERT_TRUE(product.ok()) << product.status().message();
  EXPECT_THAT(elements<Half>((*product)[0]), ElementsAre(60000));
}

// Rows of the identity of 3, or of zeros for an index that is out of range.
TEST(OneHot, CountsFromTheEndSinceVersion11) {
  const auto hot = [](int32_t version, const Tensor& indices, const Tensor& depth) {
    const auto y =
        run_op({.op = "OneHot", .version = version, .inputs = {indices, depth, Tensor::of<float>({2}, {0, 1})}});
    EXPECT_TRUE(y.ok()) << y.status().message();
    return y.ok() ? floats((*y)[0]) : std::vector<float>();
  };
  EXPECT_THAT(hot(9, ints({-1, 2, 3}), ints({3})), ElementsAre(0, 0, 0, 0, 0, 1, 0, 0, 0));
  EXPECT_THAT(hot(11, ints({-1, -3, -4}), ints({3})), ElementsAre(0, 0, 1, 1, 0, 0, 0, 0, 0));
  // Indices and depth are cut to integers: 1, -1, 0, and no index at all.
  const Tensor indices = Tensor::of<float>({5}, {1.7f, -1.2f, -0.5f, NAN, 1e30f});
  for (const float depth : {3.0f, 3.5f}) {
    EXPECT_THAT(hot(11, indices, Tensor::of<float>({}, {depth})),
                ElementsAre(0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0));
    EXPECT_THAT(hot(9, indices, Tensor::of<float>({}, {depth})),
                ElementsAre(0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0));
  }
}

TEST(ReduceSum, KeepsPrecisionOverMillionTerms) {
  const std::vector<float> tenths(1 << 20, 0.1f);
  const auto y = run_op({.op = "ReduceSum", .version = 13, .inputs = {Tensor::of<float>({1 << 20}, tenths)}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_NEAR(floats((*y)[0])[0], 1048576 * static_cast<double>(0.1f), 0.1);
}

TEST(ReduceSum, SumsAxesThatAreNotAdjacent) {
  const auto y = run_op({.op = "ReduceSum",
                         .version = 13,
                         .attributes = {{"keepdims", int64_t{0}}},
                         .inputs = {iota({2, 3, 4}), ints({0, 2})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  std::vector<float> expected(3, 0.0f);
  for (size_t i = 0; i < 24; ++i) expected[i / 4 % 3] += static_cast<float>(i);
  EXPECT_EQ(floats((*y)[0]), expected);
}

TEST(ReduceSum, WrapsIntegers) {
  const auto y = run_op({.op = "ReduceSum", .version = 13, .inputs = {Tensor::of<int32_t>({2}, {2147483647, 1})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(elements<int32_t>((*y)[0])[0], std::numeric_limits<int32_t>::min());
}

TEST(ReduceMax, GivesNaN) {
  for (const Tensor& x : {Tensor::of<float>({3}, {1, NAN, 2}), Tensor::of<float>({3}, {NAN, 1, 2})}) {
    const auto y = run_op({.op = "ReduceMax", .version = 18, .inputs = {x}});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_TRUE(std::isnan(floats((*y)[0])[0]));
  }
}

TEST(TopK, OrdersTiesByIndexAndNaNAsLargest) {
  const auto y = run_op({.op = "TopK",
                         .version = 11,
                         .inputs = {Tensor::of<float>({5}, {1, 3, NAN, 3, 2}), ints({4})},
                         .num_outputs = 2});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<int64_t>((*y)[1]), ElementsAre(2, 1, 3, 4));
}

TEST(TopK, RefusesMoreThanThereAre) {
  const auto y = run_op({.op = "TopK", .version = 11, .inputs = {iota({3}), ints({4})}, .num_outputs = 2});
  ASSERT_FALSE(y.ok());
  EXPECT_THAT(y.status().message(), HasSubstr("K is 4, but X [3]"));
}

TEST(Unique, KeepsOrderOfAppearanceOfStrings) {
  const auto y = run_op({.op = "Unique",
                         .version = 11,
                         .attributes = {{"sorted", int64_t{0}}},
                         .inputs = {Tensor::strings({4}, {"b", "a", "b", "c"})},
                         .num_outputs = 4});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(strings((*y)[0]), ElementsAre("b", "a", "c"));
  EXPECT_THAT(elements<int64_t>((*y)[1]), ElementsAre(0, 1, 3));
  EXPECT_THAT(elements<int64_t>((*y)[2]), ElementsAre(0, 1, 0, 2));
  EXPECT_THAT(elements<int64_t>((*y)[3]), ElementsAre(2, 1, 1));
}

TEST(SequenceAt, RefusesPositionOutOfRange) {
  const auto y = run_op({.op = "SequenceAt",
                         .version = 11,
                         .inputs = {Value(ValueKind::kSequence, {iota({2})}), Tensor::of<int64_t>({}, {1})}});
  ASSERT_FALSE(y.ok());
  EXPECT_THAT(y.status().message(), HasSubstr("position 1"));
}

}  // namespace
}  // namespace mortise::test
