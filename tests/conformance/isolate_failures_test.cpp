// Which failures of a run are run again alone.
#include "conformance/command/isolate_failures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mortise::conformance {
namespace {

using ::testing::ElementsAre;

std::vector<size_t> chosen(const SharedFailures& failures) {
  std::vector<size_t> places;
  for (const SharedFailure& failure : failures.chosen()) places.push_back(failure.index);
  return places;
}

TEST(SharedFailures, AreChosenFromTheSuitesInTurn) {
  const Case abi{.name = "run-basic", .suite = "abi"}, op{.name = "neg-13", .suite = "ops"},
      graph{.name = "graph-1", .suite = "graphs"};
  const Case* before[] = {&abi};
  SharedFailures failures;
  for (size_t i = 0; i < 3; ++i) failures.add(i, abi, before);
  for (size_t i = 100; i < 200; ++i) failures.add(i, op, before);
  EXPECT_THAT(chosen(failures), ElementsAre(0, 100, 1, 101, 2, 102, 103, 104, 105, 106));
  for (size_t i = 200; i < 300; ++i) failures.add(i, graph, before);
  EXPECT_THAT(chosen(failures), ElementsAre(0, 200, 100, 1, 201, 101, 2, 202, 102, 203));
}

}  // namespace
}  // namespace mortise::conformance
