// Reports as the command makes them, from outside.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/tools/command_runner.h"

namespace mortise {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kTwo = "validate reference --filter '^(claim-pure|run-basic)$' ";

nlohmann::json json_in(const std::string& file) { return nlohmann::json::parse(read_file(test_folder() / file)); }

TEST(ConformanceCommand, WritesEveryReportAndCountsInItsLastLine) {
  const CommandResult result = run_command(
      kTwo + "--report-json r.json --junit r.xml --badge r.svg --report-html r.html", "SOURCE_DATE_EPOCH=86400");
  EXPECT_EQ(result.code, 0) << result.out << result.error;
  EXPECT_THAT(result.out, EndsWith("\n2 passed, 0 failed, 0 skipped\n"));
  EXPECT_THAT(result.out, StartsWith("org.mortise.reference "));
  const nlohmann::json report = json_in("r.json");
  EXPECT_EQ(report["summary"]["passed"], 2);
  EXPECT_EQ(report["date"], "1970-01-02T00:00:00Z");
  EXPECT_EQ(report["provider"]["id"], "org.mortise.reference");
  EXPECT_NE(report["provider"]["device"], "");
  EXPECT_THAT(read_file(test_folder() / "r.xml"), HasSubstr("name=\"run-basic\""));
  EXPECT_THAT(read_file(test_folder() / "r.svg"), HasSubstr("2 passed"));
  EXPECT_THAT(read_file(test_folder() / "r.html"), HasSubstr("org.mortise.reference"));
}

TEST(ConformanceCommand, ReportsOnAFileThatIsNoPlugin) {
  write_file(test_folder() / "text.so", "no library");
  const CommandResult result =
      run_command("validate text.so --suite abi --filter '^(claim-pure|run-basic)$' --report-json r.json");
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.error, HasSubstr("text.so: is no shared library"));
  const nlohmann::json report = json_in("r.json");
  EXPECT_THAT(report["provider"]["problem"].get<std::string>(), HasSubstr("text.so"));
  EXPECT_EQ(report["problems"].at(0), report["provider"]["problem"]);
  EXPECT_EQ(report["summary"]["outcomes"]["NOTRUN"], 2);
  // Of the ten bytes, by coreutils.
  EXPECT_EQ(report["plugin_sha256"], "a3bba07ee4d772d46d0f99f83549f754e8d42a91d4e258970547e29b0eb35101");
}

TEST(ConformanceCommand, EndsBeforeTheFirstCaseWhereTheProviderCannotBeOpened) {
  const auto fault = [](const std::string& arguments, int code) {
    const CommandResult result = run_command("validate " + arguments + " --filter '^(claim-pure|run-basic)$'");
    EXPECT_EQ(result.code, code) << arguments;
    EXPECT_EQ(result.out, "") << arguments;
    return result.error;
  };
  EXPECT_THAT(fault("reference --provider nope", 2), HasSubstr("the plugin has no provider 'nope'; it has 'org."));
  EXPECT_THAT(fault("reference --options '[1]'", 2), HasSubstr("--options: options are a JSON object"));
  EXPECT_THAT(fault("reference --options '{\"nope\":1}'", 2), HasSubstr("--options/nope: unknown key"));
}

TEST(ConformanceCommand, FailsBeforeTheFirstCaseWhereThereIsNoDevice) {
  const std::filesystem::path plugin = std::filesystem::path(MORTISE_PLUGINS) / "libmortise_vulkan.so";
  if (!std::filesystem::exists(plugin)) GTEST_SKIP() << "the Vulkan plugin is not built";
  const CommandResult result = run_command("validate '" + plugin.string() + "' --filter '^run-basic$'");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.error, HasSubstr("Vulkan: the loader finds no driver"));
}

TEST(ConformanceCommand, ListsForPeopleAndForPrograms) {
  const std::string one = "list --suite abi --filter '^claim-pure$'";
  EXPECT_EQ(run_command(one).out, "claim-pure\n");
  EXPECT_THAT(run_in_terminal(one).out, HasSubstr("Asks claim() three times"));
  const auto json = nlohmann::json::parse(run_command(one + " --json").out);
  EXPECT_EQ(json.at(0)["name"], "claim-pure");
  EXPECT_EQ(nlohmann::json::parse(run_command("show claim-pure --json").out), json.at(0));
}

TEST(ConformanceCommand, MergesShardsOfACommandLineAndOfAScheduler) {
  for (const char* shard : {"1", "2", "3"}) {
    const CommandResult part = run_command(kTwo + "--report-json r" + shard + ".json --shard " + shard + "/3");
    EXPECT_EQ(part.code, 0) << part.out << part.error;
  }
  const CommandResult merged = run_command("merge r3.json r1.json r2.json --report-json whole.json");
  EXPECT_EQ(merged.code, 0) << merged.error;
  EXPECT_THAT(merged.out, EndsWith("\n2 passed, 0 failed, 0 skipped\n"));
  EXPECT_EQ(run_command("merge r1.json r2.json").code, 2);
  EXPECT_THAT(run_command("merge r3.json r1.json r2.json --report-json ./r1.json").error,
              HasSubstr("--report-json ./r1.json: would replace a file that is read"));
  EXPECT_THAT(run_command("merge r1.json r2.json r2.json r3.json").error, HasSubstr("are both shard 2 of 3"));
  run_command(kTwo + "--report-json job.json", "GTEST_TOTAL_SHARDS=3 JOB_COMPLETION_INDEX=2");
  EXPECT_EQ(json_in("job.json")["shard"], json_in("r3.json")["shard"]);
  run_command(kTwo + "--report-json other.json --seed 9 --shard 3/3");
  EXPECT_THAT(run_command("merge r1.json r2.json other.json").error,
              HasSubstr("the seed is 1 in the one and 9 in the other"));
  EXPECT_EQ(run_command(kTwo + "--shard 4/3").code, 2);
  EXPECT_EQ(run_command(kTwo, "GTEST_TOTAL_SHARDS=3").code, 2);
}

TEST(ConformanceCommand, ComparesReports) {
  run_command(kTwo + "--report-json r.json");
  EXPECT_EQ(run_command("compare r.json r.json").code, 0);
  EXPECT_EQ(run_command("compare r.json r.json --threshold nan").code, 2);
  std::string changed = read_file(test_folder() / "r.json");
  changed.replace(changed.rfind("\"PASS\""), 6, "\"LEAK\"");
  write_file(test_folder() / "worse.json", changed);
  const CommandResult worse = run_command("compare r.json worse.json");
  EXPECT_EQ(worse.code, 1);
  EXPECT_THAT(worse.out, AllOf(HasSubstr("PASS became LEAK"), EndsWith("\n1 regressions, 0 improvements\n")));
  EXPECT_EQ(nlohmann::json::parse(run_command("compare r.json worse.json --json").out)["regressed"], true);
  EXPECT_EQ(run_command("compare worse.json r.json").code, 0);
}

TEST(ConformanceCommand, SaysWhatIsWrongWithAReport) {
  write_file(test_folder() / "bad.json", R"({"format": "mortise-conformance-report/1"})");
  const CommandResult result = run_command("merge bad.json");
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.error, AllOf(HasSubstr("bad.json: /: the key '"), HasSubstr("is missing")));
  EXPECT_EQ(run_command("compare nowhere.json bad.json").code, 2);
}

TEST(ConformanceCommand, TakesExpectedFailuresFromAFile) {
  const auto expect = [](const std::string& name, const std::string& glob, const std::string& expires) {
    write_file(test_folder() / name,
               R"([{"case": ")" + glob +
                   R"(", "reason": "known", "url": "https://bugs/1", "owner": "kim", "expires": ")" + expires + "\"}]");
  };
  expect("holds.json", "claim-pure", "9999-12-31");
  const CommandResult lenient = run_command(kTwo + "--expect holds.json");
  EXPECT_EQ(lenient.code, 0) << lenient.out;
  EXPECT_THAT(lenient.out, HasSubstr("1 unexpected passes"));
  EXPECT_EQ(run_command(kTwo + "--expect holds.json --strict").code, 1);
  expect("expired.json", "claim-pure", "2020-01-01");
  const CommandResult expired = run_command(kTwo + "--expect expired.json", "SOURCE_DATE_EPOCH=86400");
  EXPECT_EQ(expired.code, 1);
  EXPECT_THAT(expired.out, HasSubstr("problem: the expectation 'claim-pure' expired on 2020-01-01"));
  expect("unknown.json", "no-such-case", "9999-12-31");
  const CommandResult unknown = run_command(kTwo + "--expect unknown.json");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.error, HasSubstr("unknown.json: /0/case: 'no-such-case' matches no case"));
  const CommandResult folder = run_command(kTwo + "--expect .");
  EXPECT_EQ(folder.code, 2);
  EXPECT_THAT(folder.error, HasSubstr(".: is a folder; name a file in it"));
}

// A run that is well under way, and the signal that a person or a scheduler sends.
TEST(ConformanceCommand, ReportsWhatRanBeforeAnInterruption) {
  const std::string report = (test_folder() / "r.json").string();
  int progress[2];
  ASSERT_EQ(pipe(progress), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(progress[1], STDERR_FILENO);
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    close(progress[0]);
    execl(MORTISE_COMMAND_FILE, "mortise-conformance", "validate", "reference", "--suite", "ops", "--jobs", "1",
          "--report-json", report.c_str(), nullptr);
    _exit(127);
  }
  close(progress[1]);
  char first = 0;
  ASSERT_EQ(read(progress[0], &first, 1), 1);  // a tenth of the cases is done
  ASSERT_EQ(kill(child, SIGINT), 0);
  while (read(progress[0], &first, 1) == 1) continue;
  close(progress[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1);
  const nlohmann::json outcomes = json_in("r.json")["summary"]["outcomes"];
  EXPECT_GT(outcomes["PASS"], 0);
  EXPECT_GT(outcomes["NOTRUN"], 0);
  EXPECT_THAT(json_in("r.json")["problems"].at(0).get<std::string>(), StartsWith("the run ended early: "));
}

}  // namespace
}  // namespace mortise
