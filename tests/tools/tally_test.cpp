// Who ran what, over cases.
#include "tools/mortise/tally.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace mortise::tool {
namespace {

TEST(Tally, CountsNodesAndCasesOfEveryProvider) {
  Tally tally;
  tally.add({{"npu", 3}, {"org.mortise.reference", 0}, {"core", 0}});
  tally.add({{"npu", 2}, {"org.mortise.reference", 1}, {"core", 0}});
  tally.add({{"npu", 0}, {"org.mortise.reference", 1}, {"core", 1}});
  tally.add({{"npu", 0}, {"org.mortise.reference", 0}, {"core", 0}});  // the optimizer left nothing to run
  EXPECT_EQ(tally.text(),
            "nodes: npu 5, org.mortise.reference 2, core 1\n"
            "cases by npu: 1 entirely, 1 in part, 2 not at all\n");
  const nlohmann::json reference = {{"nodes", 2}, {"entirely", 0}, {"in_part", 2}, {"not_at_all", 2}};
  EXPECT_EQ(nlohmann::json(tally.json()["org.mortise.reference"]), reference);
}

TEST(Tally, NamesEveryPluginInTheOrderOfPreference) {
  Tally tally;
  tally.add({{"z", 1}, {"a", 1}, {"org.mortise.reference", 0}, {"core", 0}});
  EXPECT_EQ(tally.text(),
            "nodes: z 1, a 1, org.mortise.reference 0, core 0\n"
            "cases by z: 0 entirely, 1 in part, 0 not at all\n"
            "cases by a: 0 entirely, 1 in part, 0 not at all\n");
}

TEST(Tally, SaysNothingOfTheReferenceAlone) {
  Tally tally;
  EXPECT_EQ(tally.text(), "");
  tally.add({{"org.mortise.reference", 2}, {"core", 1}});
  EXPECT_EQ(tally.text(), "");
}

}  // namespace
}  // namespace mortise::tool
