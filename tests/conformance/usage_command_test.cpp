// What the command says of a command line, a file or a stream that is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/tools/command_runner.h"

namespace mortise {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kTwoCases = "validate reference --filter '^(claim-pure|run-basic)$' ";

nlohmann::json summary_in(const std::string& file) {
  return nlohmann::json::parse(read_file(test_folder() / file))["summary"];
}

// What the command says of options that it refuses before anything is run.
std::string refusal(const std::string& command) {
  const CommandResult result = run_command(command);
  EXPECT_EQ(result.code, 2) << command;
  EXPECT_EQ(result.out, "") << command;
  return result.error;
}

TEST(ConformanceUsage, SaysWhereAReportCannotBeWrittenBeforeTheRun) {
  write_file(test_folder() / "x.json", "[]");
  const auto fault = [](const std::string& options) { return refusal(kTwoCases + options); };
  EXPECT_THAT(fault("--report-json nowhere/r.json"),
              HasSubstr("--report-json nowhere/r.json: name a file in a folder that exists"));
  EXPECT_THAT(fault("--junit /proc/r.xml"), HasSubstr("--junit /proc/r.xml: name a file in a folder that exists and"));
  EXPECT_THAT(fault("--report-json r --report-html ./r"), HasSubstr("--report-json r: is the file of --report-html"));
  EXPECT_THAT(fault("--expect x.json --badge x.json"), HasSubstr("--badge x.json: would replace a file that is read"));
  EXPECT_FALSE(std::filesystem::exists(test_folder() / "r"));
}

// The work is done: what can be said of it is said.
TEST(ConformanceUsage, SaysHowItWentWhereAReportOrItsOutputCannotBeWritten) {
  const CommandResult report = run_command(kTwoCases + "--report-html /dev/full --report-json r.json");
  EXPECT_EQ(report.code, 1);
  EXPECT_THAT(report.out, EndsWith("\n2 passed, 0 failed, 0 skipped\n"));
  EXPECT_THAT(report.error, HasSubstr("/dev/full: the report cannot be written"));
  EXPECT_EQ(summary_in("r.json")["passed"], 2);

  const CommandResult output = run_command(kTwoCases + ">/dev/full 2>error.txt; echo code $?");
  EXPECT_EQ(output.out, "code 1\n");

  // Each failure is a line: it is not the first that nobody reads.
  const std::string pads = "validate " MORTISE_GALLERY_PLUGIN " --suite ops --filter '^pad-' --report-json pads.json";
  EXPECT_EQ(run_command(pads + " 2>all.txt | head -n 1 >first.txt; true").code, 0);
  EXPECT_THAT(read_file(test_folder() / "first.txt"), StartsWith("org.mortise.gallery "));
  EXPECT_GT(summary_in("pads.json")["failed"], 1);
}

TEST(ConformanceUsage, NeedsNoOpenStream) {
  EXPECT_EQ(run_command(kTwoCases + "--report-json r.json <&- >&- 2>&-; echo code $?").out, "code 0\n");
  EXPECT_EQ(summary_in("r.json")["passed"], 2);
}

TEST(ConformanceUsage, SaysWhichOptionIsWrongAndWhatItTakes) {
  const auto fault = [](const std::string& options) { return refusal("validate reference --suite abi " + options); };
  EXPECT_THAT(fault("--seed -1"), HasSubstr("--seed: '-1' is no whole number from 0 to 18446744073709551615"));
  EXPECT_THAT(fault("--budget many"), HasSubstr("--budget: 'many' is no whole number from 0 to 1000000"));
  EXPECT_THAT(fault("--memory 99999999999999"), HasSubstr("--memory: '99999999999999' is no whole number from 0 to "));
  EXPECT_THAT(fault("--memory 20"), HasSubstr("--memory 20: the suite itself takes up to 128 MiB; give that much at"));
  for (const std::string option : {"--report-json", "--artifacts", "--expect"}) {
    EXPECT_THAT(fault(option + " ''"), HasSubstr(option + ": is empty; leave the option out"));
  }
  EXPECT_THAT(fault("--timeout nan"), HasSubstr("--timeout: 'nan' is no number from 0.1 to 86400"));
  EXPECT_THAT(fault("--timeout 0"), HasSubstr("--timeout: '0' is no number from 0.1 to 86400"));
  EXPECT_THAT(fault("--provider $(printf '\\377')"), HasSubstr("is no UTF-8"));
  EXPECT_THAT(fault("--options '{'"), HasSubstr("--options: line 1, column "));
  EXPECT_THAT(fault("--filter '('"), HasSubstr("--filter (: no expression of RE2: missing )"));
  EXPECT_THAT(fault("--suite opps"), HasSubstr("--suite opps: no such suite; there are abi, ops, "));
  const std::string unknown = "--vectors nowhere: no such folder";
  EXPECT_THAT(fault("--vectors nowhere"), HasSubstr(unknown));
  std::filesystem::create_directory(test_folder() / "empty");
  EXPECT_THAT(fault("--vectors empty"), HasSubstr("--vectors empty: has no ONNX backend test"));
  EXPECT_THAT(run_command("list --vectors nowhere").error, HasSubstr(unknown));
  EXPECT_THAT(run_command("show run-basic --vectors nowhere").error, HasSubstr(unknown));
}

TEST(ConformanceUsage, KnowsItsSubcommands) {
  const CommandResult slip = run_command("validat reference");
  EXPECT_EQ(slip.code, 2);
  EXPECT_THAT(slip.error, HasSubstr("there is no subcommand 'validat', did you mean 'validate'?"));
  EXPECT_THAT(run_command("libvendor.so").error, HasSubstr("known are 'validate', 'list', "));
  EXPECT_THAT(run_command("").error, HasSubstr("A subcommand is required"));
}

// A worker has the list too.
TEST(ConformanceUsage, BlamesNobodyForAListThatIsTooLong) {
  const CommandResult result = run_command("reproduce graph-1 reference --budget 1000000 --memory 128");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, StartsWith("FAIL graph-1: the suite's list of cases takes more memory than --memory allows"));
}

TEST(ConformanceUsage, FailsWhereNothingMatches) {
  EXPECT_EQ(run_command("validate reference --filter no-such-case").code, 1);
  EXPECT_EQ(run_command("list --filter no-such-case").code, 1);
}

TEST(ConformanceUsage, SuggestsACaseForOneThatIsUnknown) {
  const CommandResult result = run_command("show claim-pur");
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.error, HasSubstr("did you mean 'claim-pure'?"));
  EXPECT_THAT(run_command("show what-is-there").error, HasSubstr("'mortise-conformance list' lists them"));
  EXPECT_THAT(run_command("show 17").out, StartsWith("graph-17\n"));
}

}  // namespace
}  // namespace mortise
