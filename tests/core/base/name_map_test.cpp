// NameMap and Rows against the standard library's containers.
#include "core/base/name_map.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>
#include <string>

#include "core/base/rows.h"

namespace mortise {
namespace {

TEST(NameMap, AgreesWithStdMap) {
  std::mt19937 random(1);
  std::deque<std::string> texts;
  std::map<std::string, int> expected;
  NameMap<int> map;
  EXPECT_EQ(map.find("a"), nullptr);
  for (int i = 0; i < 20'000; ++i) {
    const std::string& name = texts.emplace_back("v" + std::to_string(random() % 10'000));
    const bool is_new = expected.emplace(name, i).second;
    const auto [entry, inserted] = map.insert(name, i);
    ASSERT_EQ(inserted, is_new);
    ASSERT_EQ(entry->value, expected[name]);
    if (i == 5'000) map.reserve(30'000);
  }
  size_t count = 0;
  for (const auto& [name, value] : map) {
    EXPECT_EQ(expected.at(std::string(name)), value);
    ++count;
  }
  EXPECT_EQ(count, expected.size());
  for (const auto& [name, value] : expected) {
    ASSERT_NE(map.find(name), nullptr);
    EXPECT_EQ(map.find(name)->value, value);
  }
  EXPECT_EQ(map.find("w"), nullptr);
  EXPECT_EQ(map.find(""), nullptr);
}

TEST(NameMap, KeepsTheOrderOfInsertion) {
  NameMap<int> map;
  for (const char* name : {"c", "", "a", "c", "b"}) map.insert(name);
  std::string order;
  for (const auto& entry : map) order += std::string(entry.name) + ",";
  EXPECT_EQ(order, "c,,a,b,");
}

TEST(Rows, HoldWhatWasAddedInOrder) {
  const std::vector<std::pair<size_t, uint32_t>> entries = {{2, 5}, {0, 1}, {2, 4}, {2, 5}, {0, 9}};
  const Rows rows(4, [&](auto&& add) {
    for (const auto& [row, number] : entries) add(row, number);
  });
  const auto list = [&](size_t row) { return std::vector<uint32_t>(rows[row].begin(), rows[row].end()); };
  EXPECT_EQ(list(0), (std::vector<uint32_t>{1, 9}));
  EXPECT_EQ(list(1), std::vector<uint32_t>{});
  EXPECT_EQ(list(2), (std::vector<uint32_t>{5, 4, 5}));
  EXPECT_EQ(list(3), std::vector<uint32_t>{});
}

}  // namespace
}  // namespace mortise
