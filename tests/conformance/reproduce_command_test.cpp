// `reproduce` from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/command_runner.h"

namespace mortise {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Reproduce, RunsACaseOrAGraphByItsNumber) {
  const CommandResult one = run_command("reproduce run-basic reference");
  EXPECT_EQ(one.code, 0) << one.error;
  EXPECT_THAT(one.out, StartsWith("PASS run-basic: "));
  const CommandResult graph = run_command("reproduce 17 reference --seed 3");
  EXPECT_EQ(graph.code, 0) << graph.error;
  EXPECT_THAT(graph.out, StartsWith("PASS graph-17: "));
  EXPECT_THAT(graph.out, HasSubstr("nodes ran on the provider"));
}

TEST(Reproduce, SuggestsAName) {
  const CommandResult result = run_command("reproduce rnu-basic reference");
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.error, HasSubstr("there is no case 'rnu-basic', did you mean 'run-basic'?"));
  EXPECT_THAT(run_command("reproduce 2000 reference").error, HasSubstr("a graph's number is below 2000"));
  EXPECT_THAT(run_command("reproduce . reference").error, HasSubstr("has no model.onnx"));
}

TEST(Reproduce, FailsForAPluginThatDoesNotLoad) {
  write_file(test_folder() / "text.so", "no library");
  const CommandResult result = run_command("reproduce run-basic text.so");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, HasSubstr("text.so"));
}

}  // namespace
}  // namespace mortise
