#include "core/infer/operator_table.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mortise::infer {
namespace {

TEST(OperatorTable, GivesNewestVersionNotAboveOpset) {
  EXPECT_EQ(since_version("", "Add", 6), 6);
  EXPECT_EQ(since_version("", "Add", 12), 7);
  EXPECT_EQ(since_version("ai.onnx", "Add", 27), 14);
  EXPECT_EQ(since_version("", "ReduceMax", 19), 18);
  EXPECT_EQ(since_version("ai.onnx.ml", "TreeEnsembleRegressor", 4), 3);
}

TEST(OperatorTable, KnowsNoVersionOfUnknownOrYoungerOperators) {
  EXPECT_EQ(since_version("", "Attention", 22), std::nullopt);
  EXPECT_EQ(since_version("", "NoSuchOperator", 27), std::nullopt);
  EXPECT_EQ(since_version("no.such.domain", "Add", 27), std::nullopt);
  EXPECT_EQ(since_version("", "Add", -1), std::nullopt);
}

TEST(OperatorTable, ListsVersionsInAscendingOrder) {
  for (const Operator& op : operators()) {
    const auto end = std::find(op.since_versions.begin(), op.since_versions.end(), 0);
    EXPECT_NE(end, op.since_versions.begin()) << op.name;
    EXPECT_TRUE(std::is_sorted(op.since_versions.begin(), end)) << op.name;
    EXPECT_LE(op.min_inputs, op.max_inputs) << op.name;
    EXPECT_EQ(find_operator(op.domain, op.name), &op) << op.name << " is listed twice";
  }
}

}  // namespace
}  // namespace mortise::infer
