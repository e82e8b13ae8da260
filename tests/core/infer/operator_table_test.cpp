#include "core/infer/operator_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

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

TEST(OperatorTable, KnowsNoVersionOfDeprecatedOperators) {
  EXPECT_EQ(since_version("", "Upsample", 9), 9);
  EXPECT_EQ(since_version("", "Upsample", 10), std::nullopt);
  EXPECT_EQ(since_version("ai.onnx.ml", "TreeEnsembleRegressor", 5), std::nullopt);
  for (const Operator& op : operators()) {
    if (op.deprecated_since == 0) continue;
    EXPECT_GT(op.deprecated_since, op.signatures.back().since_version) << op.name;
    EXPECT_NE(since_version(op.domain, op.successor, op.deprecated_since), std::nullopt) << op.name;
  }
}

TEST(OperatorTable, ListsEachOperatorOnceAndItsVersionsInAscendingOrder) {
  for (const Operator& op : operators()) {
    EXPECT_EQ(find_operator(op.domain, op.name), &op) << op.name << " is listed twice";
    std::vector<int32_t> versions;
    for (const Signature& signature : op.signatures) {
      versions.push_back(signature.since_version);
    }
    EXPECT_FALSE(versions.empty()) << op.name << " has no signature";
    EXPECT_TRUE(std::is_sorted(versions.begin(), versions.end())) << op.name;
    EXPECT_EQ(std::set(versions.begin(), versions.end()).size(), versions.size()) << op.name;
  }
}

// What the notation does not understand would be a rule that allows everything.
TEST(OperatorTable, UnderstandsEverySignature) {
  for (const Operator& op : operators()) {
    for (const Signature& signature : op.signatures) {
      EXPECT_LE(signature.min_inputs, signature.max_inputs) << op.name;
      EXPECT_GE(signature.max_outputs, 1u) << op.name;
      for (const auto* parameters : {&signature.inputs, &signature.outputs}) {
        for (const Parameter& p : *parameters) {
          const bool typed = p.variable.has_value() || (p.dtypes != 0 && p.type != "any");
          EXPECT_EQ(typed, p.kind != Parameter::Kind::kAnything) << op.name << ": " << p.name << " is a " << p.type;
          EXPECT_LT(p.variable.value_or(0), ElementTypes().size()) << op.name;
        }
      }
      for (const AttributeRule& rule : signature.attributes) {
        EXPECT_GT(rule.type, 0u) << op.name << ": " << rule.name;
        EXPECT_LT(rule.type, std::variant_size_v<AttributeValue>) << op.name << ": " << rule.name;
      }
    }
  }
}

}  // namespace
}  // namespace mortise::infer
