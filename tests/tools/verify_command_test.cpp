// mortise verify: what it counts, what it prints, how it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/command_runner.h"
#include "tests/tools/neg_case.h"

namespace mortise {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(VerifyCommand, CountsAndNamesTheFirstElementThatDiffers) {
  write_case("a_good", -1, -2);
  write_case("b_bad", -1, -3);
  write_case("c_good", -1, -2);
  const CommandResult result = run_command("verify cases --json report.json");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out,
            "FAIL b_bad: data set 0: output 'y' differs in 1 of 2 elements, first at [1]: -2 instead of -3\n"
            "2 passed, 1 failed, 0 skipped\n");
  const auto report = nlohmann::json::parse(read_file(test_folder() / "report.json"));
  EXPECT_EQ(report["passed"], 2);
  EXPECT_EQ(report["failed"], 1);
  EXPECT_EQ(report["skipped"], 0);
  EXPECT_EQ(report["cases"][1]["name"], "b_bad");
  EXPECT_EQ(report["cases"][1]["outcome"], "failed");
}

TEST(VerifyCommand, SaysTheSameWithManyJobs) {
  for (int i = 10; i < 50; ++i) write_case("case" + std::to_string(i), -1, i % 8 == 0 ? -9 : -2);
  const CommandResult one = run_command("verify cases");
  const CommandResult many = run_command("verify cases --jobs 8");
  EXPECT_THAT(one.out, EndsWith("35 passed, 5 failed, 0 skipped\n"));
  EXPECT_EQ(many.out, one.out);
  EXPECT_EQ(many.error, one.error);
  EXPECT_EQ(many.code, 1);
}

TEST(VerifyCommand, RunsCasesAtOnceOnAPluginToo) {
  for (int i = 10; i < 30; ++i) write_case("case" + std::to_string(i), -1, -2);
  const CommandResult result = run_command("verify cases --jobs 4 --provider org.mortise.mock-npu");
  EXPECT_EQ(result.code, 0) << result.out << result.error;
  EXPECT_THAT(result.out, EndsWith("20 passed, 0 failed, 0 skipped\n"));
}

TEST(VerifyCommand, TellsWhatAPluginRanFromWhatItsFallbackDid) {
  write_case("a_by_the_plugin", 1, 2, "Relu");
  write_case("b_by_the_reference", -1, -2);
  write_case("c_wrong", 0, 0, "Relu");
  const CommandResult result = run_command("verify cases --provider org.mortise.mock-npu --json report.json");
  EXPECT_THAT(result.out, EndsWith("nodes: org.mortise.mock-npu 1, org.mortise.reference 1, core 0\n"
                                   "cases by org.mortise.mock-npu: 1 entirely, 0 in part, 1 not at all\n"
                                   "2 passed, 1 failed, 0 skipped\n"));
  const auto report = nlohmann::json::parse(read_file(test_folder() / "report.json"));
  const nlohmann::json expected = {{"nodes", 1}, {"entirely", 1}, {"in_part", 0}, {"not_at_all", 1}};
  EXPECT_EQ(report["providers"]["org.mortise.mock-npu"], expected);
  EXPECT_EQ(report["cases"][0]["nodes"]["org.mortise.mock-npu"], 1);
  EXPECT_EQ(report["cases"][1]["nodes"]["org.mortise.mock-npu"], 0);
  EXPECT_EQ(report["cases"][1]["nodes"]["org.mortise.reference"], 1);
  EXPECT_FALSE(report["cases"][2].contains("nodes"));
}

TEST(VerifyCommand, DoesNotCountForAPluginWhatItLostInTheRun) {
  write_case("a", 1, 2, "Relu");
  write_file(test_folder() / "npu.json",
             R"({"providers": [{"id": "org.mortise.mock-npu", "options": {"fail_run_at": 1}}]})");
  const CommandResult result = run_command("verify cases --config npu.json");
  EXPECT_EQ(result.out,
            "nodes: org.mortise.mock-npu 0, org.mortise.reference 1, core 0\n"
            "cases by org.mortise.mock-npu: 0 entirely, 0 in part, 1 not at all\n"
            "1 passed, 0 failed, 0 skipped\n");
}

TEST(VerifyCommand, RunsTheCasesThatTheFilterMatches) {
  write_case("test_neg", -1, -2);
  write_case("test_other", 0, 0);
  const CommandResult result = run_command("verify cases --filter '^test_n'");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "1 passed, 0 failed, 0 skipped\n");
}

TEST(VerifyCommand, JudgesRandomCasesByTheirDistributionAndSaysSo) {
  write_case("test_bernoulli", 0, 0, "Sign");  // 1 with certainty, whatever is expected
  CommandResult result = run_command("verify cases --json report.json");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out,
            "random test_bernoulli: judged by its distribution, because it has no seed\n"
            "1 of those that passed are random and were judged by their distribution\n"
            "1 passed, 0 failed, 0 skipped\n");
  const auto report = nlohmann::json::parse(read_file(test_folder() / "report.json"));
  EXPECT_EQ(report["random"], 1);
  EXPECT_EQ(report["cases"][0]["random"], "it has no seed");
  write_case("test_bernoulli", 0, 0, "Relu");
  result = run_command("verify cases");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, StartsWith("FAIL test_bernoulli: data set 0: element 1 is 2, neither 0 nor 1\n"));
}

TEST(VerifyCommand, FailsWhereThereIsNoCase) {
  write_case("test_neg", -1, -2);
  for (const char* arguments :
       {"verify cases --filter nothing_has_this_name", "verify cases/test_neg/test_data_set_0"}) {
    const CommandResult result = run_command(arguments);
    EXPECT_EQ(result.code, 1) << arguments;
    EXPECT_THAT(result.error, StartsWith("mortise: no test case was found")) << arguments;
  }
}

TEST(VerifyCommand, PassesOverWhatItMayNotRead) {
  write_case("a", -1, -2);
  const std::filesystem::path closed = test_folder() / "cases/closed";
  std::filesystem::create_directories(closed / "inner");
  std::filesystem::permissions(closed, std::filesystem::perms::none);
  std::filesystem::create_symlink("circle", test_folder() / "cases/circle");
  const CommandResult result = run_command("verify cases");
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_EQ(result.out, "1 passed, 0 failed, 0 skipped\n");
  std::filesystem::permissions(closed, std::filesystem::perms::owner_all);
}

TEST(VerifyCommand, UsesColourAndOneLineOfProgressOnATerminal) {
  write_case("a", -1, -3);
  CommandResult result = run_in_terminal("verify cases");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, HasSubstr("\r\x1b[K[....................] 0 of 1 cases"));
  EXPECT_THAT(result.out, HasSubstr("\x1b[31mFAIL\x1b[0m a: "));
  result = run_in_terminal("verify cases", "NO_COLOR=1");
  EXPECT_THAT(result.out, HasSubstr("FAIL a: "));
  EXPECT_THAT(result.out, testing::Not(HasSubstr("\x1b[31m")));
}

TEST(VerifyCommand, KeepsControlCharactersFromTheTerminal) {
  write_case("a\x1b[2J", -1, -3);
  EXPECT_THAT(run_command("verify cases").out, StartsWith("FAIL a [2J: "));
  EXPECT_EQ(run_command("verify $(printf 'no\\033where')").error, "mortise: no where: is no folder\n");
}

TEST(VerifyCommand, RefusesAPathThatIsNotThere) {
  const CommandResult result = run_command("verify nowhere");
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.error, "mortise: nowhere: is no folder\n");
}

TEST(VerifyCommand, FailsACaseWhoseFilesAreBroken) {
  write_case("a", -1, -2);
  write_case("b", -1, -2);
  write_file(test_folder() / "cases/a/model.onnx", "no model");
  write_file(test_folder() / "cases/b/test_data_set_0/output_0.pb", "\xff\xff");
  const CommandResult result = run_command("verify cases");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, StartsWith("FAIL a: "));
  EXPECT_THAT(result.out, HasSubstr("\nFAIL b: "));
  EXPECT_THAT(result.out, EndsWith("0 passed, 2 failed, 0 skipped\n"));
}

TEST(VerifyCommand, SaysThatAReportCannotBeWritten) {
  write_case("a", -1, -2);
  const CommandResult result = run_command("verify cases --json no/such/folder.json");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.error, EndsWith("mortise: no/such/folder.json: cannot be written\n"));
}

TEST(VerifyCommand, ShowsItsProgressInPlainLines) {
  for (int i = 0; i < 100; ++i) write_case("case" + std::to_string(i), -1, i == 0 ? -3 : -2);
  const CommandResult result = run_command("verify cases");
  EXPECT_THAT(result.error, StartsWith("10 of 100 cases, 1 failed\n20 of 100 cases, 1 failed\n"));
  EXPECT_THAT(result.error, EndsWith("\n100 of 100 cases, 1 failed\n"));
}

}  // namespace
}  // namespace mortise
