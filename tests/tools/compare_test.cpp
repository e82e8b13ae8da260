// first_difference(): maps are compared by key, whatever their order; numbers within a tolerance.
#include "tools/mortise/compare.h"

#include <gtest/gtest.h>

namespace mortise::tool {
namespace {

Value map_of(Tensor keys, Tensor values) { return Value(ValueKind::kMap, {std::move(keys), std::move(values)}); }

TEST(Compare, FindsTheKeysOfMapsInAnyOrder) {
  const Value expected = map_of(Tensor::strings({2}, {"a", "b"}), Tensor::of<float>({2}, {1, 2}));
  EXPECT_EQ(first_difference(map_of(Tensor::strings({2}, {"b", "a"}), Tensor::of<float>({2}, {2, 1})), expected, {}),
            "");
  EXPECT_EQ(first_difference(map_of(Tensor::strings({2}, {"b", "a"}), Tensor::of<float>({2}, {2, 3})), expected, {}),
            "at the key \"a\" differs in 1 of 1 elements, first at []: 3 instead of 1");
  EXPECT_EQ(first_difference(map_of(Tensor::strings({2}, {"b", "c"}), Tensor::of<float>({2}, {2, 1})), expected, {}),
            "lacks the key \"a\"");
}

TEST(Compare, TellsMapsOfOtherTypesApart) {
  const Value expected = map_of(Tensor::of<int64_t>({1}, {1}), Tensor::of<float>({1}, {1}));
  EXPECT_EQ(first_difference(map_of(Tensor::strings({1}, {"1"}), Tensor::of<float>({1}, {1})), expected, {}),
            "has 1 keys of string instead of 1 of int64");
  EXPECT_EQ(first_difference(map_of(Tensor::of<int64_t>({1}, {1}), Tensor::of<double>({1}, {1})), expected, {}),
            "at the key 1 is float64[] instead of float32[]");
  EXPECT_EQ(first_difference(Value(ValueKind::kMap, {}), expected, {}), "is a map without a value for each key");
}

TEST(Compare, TakesTwoSmallNumbersForTheSameZeroOnlyWhereItMay) {
  const Value expected(Tensor::of<float>({3}, {1e-15f, 50, 2e-6f}));
  const Value rounded(Tensor::of<float>({3}, {-2e-7f, 50, -2e-6f})), wrong(Tensor::of<float>({3}, {2e-5f, 50, 2e-6f}));
  EXPECT_NE(first_difference(rounded, expected, {}), "");
  EXPECT_EQ(first_difference(rounded, expected, {.zero = 1e-5}), "");
  EXPECT_NE(first_difference(wrong, expected, {.zero = 1e-5}), "");
  EXPECT_NE(first_difference(expected, wrong, {.zero = 1e-5}), "");
}

}  // namespace
}  // namespace mortise::tool
