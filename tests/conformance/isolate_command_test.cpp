// Failures of a worker that had run other cases before: what the command says of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/tools/command_runner.h"

namespace mortise {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string gallery_plugin(const char* name) {
  return std::filesystem::path(MORTISE_GALLERY_PLUGIN).replace_filename(std::string(name) + ".so").string();
}

// The failures in a report.
std::vector<nlohmann::json> failures(const char* file = "r.json") {
  std::vector<nlohmann::json> found;
  const nlohmann::json report = nlohmann::json::parse(read_file(test_folder() / file));
  for (const nlohmann::json& one : report["cases"]) {
    if (one.contains("reproduce")) found.push_back(one);
  }
  return found;
}

// As a person types it.
CommandResult run_again(const nlohmann::json& failure) {
  const std::string command = failure["reproduce"];
  return run_command(command.substr(command.find(' ') + 1));
}

TEST(Isolation, NamesTheCaseBehindWhichAnotherFails) {
  const CommandResult run = run_command("validate " + gallery_plugin("leaks_state") +
                                        " --suite ops --filter '^(neg-13|relu-14-float32)-' --jobs 1 --report-json "
                                        "r.json --junit r.xml --report-html r.html");
  EXPECT_EQ(run.code, 1) << run.error;
  ASSERT_EQ(failures().size(), 1u);
  const nlohmann::json failure = failures().front(), verdict = failure["verdict"];
  const std::string name = failure["name"];
  EXPECT_THAT(name, AllOf(StartsWith("relu-"), EndsWith("-scalar")));
  EXPECT_EQ(verdict["outcome"], "OVERCLAIM");
  EXPECT_THAT(verdict["sentence"].get<std::string>(), StartsWith("fails only after other cases; passed alone: "));
  ASSERT_EQ(verdict["after"].size(), 1u) << verdict["after"];
  const std::string cause = verdict["after"].at(0);
  EXPECT_THAT(cause, AllOf(StartsWith("neg-"), EndsWith("-empty")));
  const std::string summary = run.out.substr(run.out.find("\nfailures\n"));
  EXPECT_THAT(summary, StartsWith("\nfailures\nOVERCLAIM " + name + ": fails only after other cases; passed alone: "));
  EXPECT_THAT(summary, HasSubstr("\n    " + failure["reproduce"].get<std::string>() + "\n"));
  EXPECT_THAT(read_file(test_folder() / "r.xml"), HasSubstr("after: " + cause + "\n"));
  EXPECT_THAT(read_file(test_folder() / "r.html"), HasSubstr("\"after\":[\"" + cause + "\"]"));

  const CommandResult again = run_again(failure);
  EXPECT_EQ(again.code, 1) << failure["reproduce"];
  EXPECT_THAT(again.out, AllOf(HasSubstr("OVERCLAIM " + name), EndsWith("\n1 passed, 1 failed, 0 skipped\n")));
  EXPECT_EQ(run_command("reproduce " + name + " " + gallery_plugin("leaks_state")).code, 0);
}

TEST(Isolation, NamesTheCasesBehindWhichAGraphFails) {
  const CommandResult run = run_command("validate " + gallery_plugin("leaks_state") +
                                        " --suite graphs --budget 300 --jobs 1 --report-json r.json");
  EXPECT_EQ(run.code, 1) << run.error;
  ASSERT_FALSE(failures().empty());
  const nlohmann::json failure = failures().front();
  EXPECT_THAT(failure["verdict"]["sentence"].get<std::string>(),
              StartsWith("fails only after other cases; passed alone: in the segment of "));
  EXPECT_FALSE(failure["verdict"].contains("artifact"));
  EXPECT_THAT(run.out, Not(HasSubstr("note: " + failure["name"].get<std::string>() + " is not reduced")));
  EXPECT_EQ(run_again(failure).code, 1) << failure["reproduce"];
}

// More fail than are tried. Of each suite some are, and of the others everybody is told.
TEST(Isolation, SharesItsTriesAmongSuitesAndNamesWhatItDidNotTry) {
  const CommandResult run = run_command("validate " + gallery_plugin("pad_off_by_one") +
                                        " --suite ops,graphs --filter '^(neg-13|pad|graph)-' --budget 200 --jobs 1 "
                                        "--report-json r.json --junit r.xml --report-html r.html");
  EXPECT_EQ(run.code, 1) << run.error;
  std::map<std::string, int> tried;
  int untried = 0;
  for (const nlohmann::json& failure : failures()) {
    const bool is_tried = !failure["verdict"].contains("untried_alone");
    ++(is_tried ? tried[failure["suite"]] : untried);
    const std::string line = "\n    " + failure["reproduce"].get<std::string>();
    if (!is_tried) {
      EXPECT_THAT(run.out, HasSubstr(line + "  # not tried alone\n"));
    }
  }
  EXPECT_GE(tried["ops"], 5);
  EXPECT_GE(tried["graphs"], 5);
  ASSERT_GT(untried, 0);
  const std::string hint = "not tried alone: where the command passes, the case fails only behind other cases";
  EXPECT_THAT(run.out, HasSubstr("\n" + std::to_string(untried) + " " + hint));
  EXPECT_THAT(read_file(test_folder() / "r.xml"), HasSubstr(hint));
  EXPECT_THAT(read_file(test_folder() / "r.html"), AllOf(HasSubstr(hint), HasSubstr("\"untried_alone\":true")));
}

TEST(Isolation, SaysThatOneProcessTriesNothing) {
  const CommandResult run = run_command("validate " + gallery_plugin("leaks_state") +
                                        " --suite ops --filter '^(neg-13|relu-14-float32)-' --in-process "
                                        "--report-json r.json");
  EXPECT_EQ(run.code, 1) << run.error;
  ASSERT_EQ(failures().size(), 1u);
  EXPECT_EQ(failures().front()["verdict"]["untried_alone"], true);
  EXPECT_THAT(run.out, AllOf(HasSubstr("  # not tried alone\n"), HasSubstr("\n1 not tried alone: where ")));
}

TEST(Isolation, KeepsTheCommandsOfShardsThatAreMerged) {
  for (const std::string shard : {"1", "2"}) {
    const CommandResult run =
        run_command("validate " + gallery_plugin("fails_once") + " --suite ops --filter '^(add-14|neg-13)-' --jobs 1" +
                    " --shard " + shard + "/2 --artifacts models" + shard + " --report-json r" + shard + ".json");
    EXPECT_EQ(run.code, 1) << run.error;
  }
  const CommandResult merged = run_command("merge r2.json r1.json --report-json r.json --junit r.xml");
  EXPECT_EQ(merged.code, 1) << merged.error;
  ASSERT_EQ(failures().size(), 2u);
  for (const std::string shard : {"1", "2"}) {
    const nlohmann::json part = failures(("r" + shard + ".json").c_str()).at(0);
    const auto whole = failures();
    const auto same =
        std::find_if(whole.begin(), whole.end(), [&](const auto& one) { return one["name"] == part["name"]; });
    ASSERT_NE(same, whole.end());
    const std::string command = (*same)["reproduce"];
    EXPECT_EQ(command, part["reproduce"]);
    EXPECT_THAT(command, AllOf(HasSubstr(" --shard " + shard + "/2 "), HasSubstr("/models" + shard)));
    EXPECT_THAT(merged.out, HasSubstr("\n    " + command + "\n"));
    EXPECT_EQ(run_again(*same).code, 1) << command;
  }
  EXPECT_FALSE(nlohmann::json::parse(read_file(test_folder() / "r.json"))["settings"].contains("artifacts"));
}

// Its cases pass, so that nobody looks while they run.
TEST(MemoryLimit, HoldsWhileThePluginIsClosed) {
  const CommandResult run = run_command("validate " + gallery_plugin("takes_memory_when_closed") +
                                        " --suite ops --filter '^neg-13-float32-scalar$' --memory 256");
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("ended badly when the plugin was closed: took "),
                    HasSubstr("MiB of shared memory, more than the 256 MiB that --memory allows, in deinit()")));
}

TEST(Isolation, LeavesAFailureOfTheCaseItselfAsItIs) {
  const CommandResult run = run_command("validate " + gallery_plugin("pad_off_by_one") +
                                        " --suite ops --filter '^(neg-13|pad)-' --jobs 1 --report-json r.json");
  EXPECT_EQ(run.code, 1) << run.error;
  ASSERT_FALSE(failures().empty());
  EXPECT_FALSE(failures().front()["verdict"].contains("after"));
  EXPECT_THAT(failures().front()["reproduce"].get<std::string>(), StartsWith("mortise-conformance reproduce pad-"));
  EXPECT_EQ(run_again(failures().front()).code, 1);
}

TEST(Isolation, SaysThatAFailureDidNotComeAgain) {
  const CommandResult run = run_command("validate " + gallery_plugin("fails_once") +
                                        " --suite ops --filter '^(add-14|neg-13)-' --jobs 1 --report-json r.json");
  EXPECT_EQ(run.code, 1) << run.error;
  ASSERT_EQ(failures().size(), 1u);
  const nlohmann::json verdict = failures().front()["verdict"];
  EXPECT_THAT(verdict["sentence"].get<std::string>(),
              StartsWith("did not fail again: passed alone, and not after the last "));
  EXPECT_EQ(verdict["after"], nlohmann::json::array());
  EXPECT_THAT(failures().front()["reproduce"].get<std::string>(),
              HasSubstr(" --suite ops --filter '^(add-14|neg-13)-' --jobs 1 "));
  EXPECT_EQ(run_again(failures().front()).code, 1);
}

// What is looked at, the parent sees: a worker is stopped long before it has the 4 GB that the plugin takes.
TEST(MemoryLimit, CountsSharedMemory) {
  const CommandResult run = run_command("validate " + gallery_plugin("takes_shared_memory") +
                                        " --filter '^factory-(unknown-id|index)$' --memory 256 --report-json r.json");
  EXPECT_EQ(run.code, 1) << run.error;
  EXPECT_THAT(run.out, EndsWith("\n1 passed, 1 failed, 0 skipped\n"));
  const nlohmann::json verdict = failures().front()["verdict"];
  EXPECT_EQ(failures().front()["name"], "factory-unknown-id");
  EXPECT_EQ(verdict["outcome"], "FAIL");
  EXPECT_THAT(verdict["sentence"].get<std::string>(),
              AllOf(StartsWith("took "),
                    HasSubstr(" MiB of shared memory, more than the 256 MiB that --memory allows: signal 9"),
                    HasSubstr(" in get_factory()")));
}

}  // namespace
}  // namespace mortise
