#include "core/config/nearest.h"

#include <gtest/gtest.h>

#include <vector>

namespace mortise {
namespace {

TEST(DidYouMean, NamesTheNearest) {
  const std::vector<std::string> known = {"min_nodes", "options", "id"};
  EXPECT_EQ(did_you_mean("min_node", known), ", did you mean 'min_nodes'?");
  EXPECT_EQ(did_you_mean("optoins", known), ", did you mean 'options'?");
}

TEST(DidYouMean, ListsAllWhereNoneIsNear) {
  EXPECT_EQ(did_you_mean("colour", std::vector<std::string>{"name", "type"}), "; known are 'name', 'type'");
  EXPECT_EQ(did_you_mean("colour", {}), "; none is known here");
  EXPECT_EQ(did_you_mean(std::string(1000000, 'a'), std::vector<std::string>{"name"}), "");
}

}  // namespace
}  // namespace mortise
