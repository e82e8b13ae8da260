// The list of operators in the ops suite against the operators that there are.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "conformance/engine/case.h"
#include "conformance/engine/rig.h"
#include "conformance/engine/suites.h"
#include "providers/reference/registry.h"

namespace mortise::conformance {
namespace {

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = [] {
    std::vector<Case> all;
    add_ops_cases({}, all);
    return all;
  }();
  return kCases;
}

using Key = std::pair<std::string, std::string>;

TEST(OpsSuite, HasCasesForEveryOperatorOfTheReferenceProvider) {
  std::set<Key> covered;
  for (const Case& one : cases()) covered.emplace(one.at.domain, one.at.op);
  for (const auto& entry : reference::all_ops()) {
    EXPECT_EQ(covered.count({std::string(entry.domain), std::string(entry.op_type)}), 1u)
        << entry.domain << ' ' << entry.op_type << " has no case in cases/ops.inc";
  }
}

TEST(OpsSuite, HasAtLeastFiveThousandCases) { EXPECT_GE(cases().size(), 5000u); }

TEST(OpsSuite, NamesAreUniqueAndKebabCase) {
  std::set<std::string_view> names;
  for (const Case& one : cases()) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name << " is there twice";
    EXPECT_EQ(one.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos) << one.name;
  }
}

// Operators with few results, on few elements: operands that happen never to show another result are drawn again.
TEST(OpsSuite, ChanceMakesNoCaseMistrusted) {
  const std::set<std::string> few = {"Clip", "Equal", "Expand", "GreaterOrEqual", "LessOrEqual", "ReduceMax", "Sign"};
  const std::set<std::string> small = {"axes-all", "dynamic", "one", "scalar", "vector"};
  std::set<std::string> ran;
  for (const uint64_t seed : {11, 12, 99}) {
    Rig rig({.seed = seed});
    for (const Case& one : cases()) {
      if (few.count(one.at.op) == 0 || small.count(one.at.shape_class) == 0) continue;
      ran.insert(one.at.op);
      const Verdict verdict = rig.run(one);
      EXPECT_EQ(verdict.outcome, Outcome::kPass) << one.name << ", seed " << seed << ": " << verdict.sentence;
    }
  }
  EXPECT_EQ(ran, few);
}

}  // namespace
}  // namespace mortise::conformance
