// ValueElements against a vector, in random programs that split, shrink and grow lists of several chunks.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>

#include "mortise/sdk/value.h"

namespace mortise {
namespace {

Value number(int64_t n) { return Tensor::of<int64_t>({}, {n}); }

std::vector<int64_t> numbers_of(const ValueElements& elements) {
  std::vector<int64_t> numbers;
  for (const Value& element : elements) numbers.push_back(*element.tensor.data<int64_t>());
  return numbers;
}

TEST(ValueElements, AreAVectorInEveryProgram) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](size_t limit) { return std::uniform_int_distribution<size_t>(0, limit)(random); };
    ValueElements elements;
    std::vector<int64_t> expected;
    int64_t next = 0;
    for (int step = 0; step < 60; ++step) {
      const size_t first = below(expected.size());
      const size_t removed = below(3) == 0 ? below(expected.size() - first) : below(1) * (first < expected.size());
      std::vector<Value> added;
      std::vector<int64_t> inserted;
      for (size_t n = below(2) == 0 ? below(3 * ValueElements::kChunk) : below(2); n > 0; --n) {
        added.push_back(number(next));
        inserted.push_back(next++);
      }
      const ValueElements before = elements;
      const std::vector<int64_t> expected_before = expected;
      elements = before.spliced(first, removed, added);
      const auto at = expected.begin() + static_cast<std::ptrdiff_t>(first);
      expected.insert(expected.erase(at, at + static_cast<std::ptrdiff_t>(removed)), inserted.begin(), inserted.end());

      ASSERT_EQ(numbers_of(before), expected_before) << "seed " << seed << " step " << step;
      ASSERT_EQ(numbers_of(elements), expected) << "seed " << seed << " step " << step;
      ASSERT_EQ(elements.size(), expected.size());
      ASSERT_EQ(elements.empty(), expected.empty());
      ASSERT_EQ(elements.list().size(), expected.size());
      for (size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(*elements[i].tensor.data<int64_t>(), expected[i]);
    }
  }
}

// A list that grows by one element, wherever, copies at most two chunks of the others.
TEST(ValueElements, ShareWhatStays) {
  std::vector<Value> numbers;
  for (int64_t i = 0; i < 5000; ++i) numbers.push_back(number(i));
  const ValueElements elements(std::move(numbers));
  std::set<const Value*> places;
  for (const Value& element : elements) places.insert(&element);
  for (const size_t where : {0, 1, 255, 256, 2500, 4999, 5000}) {
    const ValueElements grown = elements.spliced(where, 0, std::vector<Value>{number(-1)});
    const auto moved = std::count_if(grown.begin(), grown.end(), [&](const Value& v) { return !places.contains(&v); });
    EXPECT_GE(moved, 1) << where;
    EXPECT_LE(static_cast<size_t>(moved), 1 + 2 * ValueElements::kChunk) << where;
  }
}

// A list knows how much it holds without being walked.
TEST(ValueElements, CountWhatLiesWithin) {
  EXPECT_EQ(ValueElements().num_parts(), 0u);
  EXPECT_EQ(ValueElements().depth(), 0u);
  ValueElements elements(std::vector<Value>(600, number(1)));
  EXPECT_EQ(elements.num_parts(), 600u);
  EXPECT_EQ(elements.depth(), 1u);
  const Value pair(ValueKind::kSequence, {number(2), number(3)});
  const Value nested(ValueKind::kOptional, {pair});  // 4 parts, itself included
  for (size_t i = 0; i < 600; ++i) elements = elements.spliced(i, 1, std::vector<Value>{nested});
  EXPECT_EQ(elements.num_parts(), 4 * 600u);
  EXPECT_EQ(elements.depth(), 3u);
  elements = elements.spliced(300, 300, std::vector<Value>{pair});
  EXPECT_EQ(elements.num_parts(), 4 * 300u + 3);
  elements = elements.spliced(0, 300, {});
  EXPECT_EQ(elements.num_parts(), 3u);
  EXPECT_EQ(elements.depth(), 2u);
  // More than can be counted.
  Value doubled = number(4);
  for (int i = 0; i < 70; ++i) doubled = Value(ValueKind::kSequence, {doubled, doubled});
  EXPECT_EQ(doubled.elements.num_parts(), UINT64_MAX);
  EXPECT_EQ(doubled.elements.depth(), 70u);
}

TEST(ValueElements, KnowWhetherAllWithinHasAnOwner) {
  int64_t place = 5;
  const Value view = Tensor::view(DType::kI64, {}, &place);
  EXPECT_TRUE(ValueElements().owned());
  ValueElements elements(std::vector<Value>(600, number(1)));
  EXPECT_TRUE(elements.owned());
  for (const Value& other : {view, Value(ValueKind::kSequence, {number(2), view})}) {
    const ValueElements mixed = elements.spliced(300, 0, std::vector<Value>{other});
    EXPECT_FALSE(mixed.owned());
    EXPECT_TRUE(mixed.spliced(300, 1, {}).owned());
  }
}

TEST(ValueElements, OwnWhatTheirChunksHold) {
  size_t owned = 0;  // elements of the chunks that are there
  const ValueElements::Owner owner = [&owned](size_t count) {
    owned += count;
    return std::shared_ptr<void>(&owned, [count](void* all) { *static_cast<size_t*>(all) -= count; });
  };
  ValueElements elements(std::vector<Value>(1000, number(1)), owner);
  EXPECT_EQ(owned, 1000u);
  const ValueElements copy = elements;
  for (int i = 0; i < 2000; ++i) elements = elements.spliced(elements.size(), 0, std::vector<Value>{number(2)}, owner);
  EXPECT_GE(owned, 3000u);
  EXPECT_LE(owned, 3000u + ValueElements::kChunk) << "of which the copy alone has the last chunk of before";
  elements = elements.spliced(1, 2999, {}, owner);
  EXPECT_EQ(owned, 1001u);
  elements = ValueElements();
  EXPECT_EQ(owned, 1000u);
}

}  // namespace
}  // namespace mortise
