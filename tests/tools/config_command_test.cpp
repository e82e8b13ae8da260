// mortise config check, schema and init.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/command_runner.h"

namespace mortise {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// What `config check` says of this text.
CommandResult check(const std::string& text, const std::string& more = "") {
  write_file(test_folder() / "c.json", text);
  return run_command("config check c.json " + more);
}

TEST(ConfigCommand, PrintsTheProvidersOfAValidFileWithTheirOptions) {
  const CommandResult result = check(R"({"providers": [{"id": "org.mortise.mock-npu"}]})");
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_THAT(result.out, StartsWith("c.json: valid\n  org.mortise.mock-npu  /"));
  EXPECT_THAT(result.out, HasSubstr("\"sram_kib\":512"));
  EXPECT_EQ(result.error, "");
}

TEST(ConfigCommand, EndsWithTwoForAWrongFile) {
  struct Case {
    std::string text, said;
  };
  const Case cases[] = {
      {R"({"session": {"threads": 2,}})", "c.json: line 1, column 27: "},
      {R"({"session": {}, "session": {}})", "c.json: the key 'session' appears twice"},
      {R"({"providers": [{"id": "a", "min_node": 2}]})",
       "c.json: /providers/0/min_node: unknown key, did you mean 'min_nodes'?"},
      {R"({"session": {"threads": "two"}})", "c.json: /session/threads: has the wrong type"},
      {R"({} {})", "c.json: line 1, column 4: "},
      {"", "c.json: line 1"},
      {R"({"providers": [{"id": "org.mortise.mock-npu", "options": {"sram_kb": 1}}]})",
       "c.json: /providers/0/options/sram_kb: unknown key, did you mean 'sram_kib'?"},
      {R"({"providers": [{"id": "org.mortise.mock-npu", "options": {"sram_kib": 0}}]})",
       "c.json: /providers/0/options/sram_kib: "},
      {R"({"session": {"optimize": {"disable": ["fold_constant"]}}})",
       "c.json: /session/optimize/disable/0: there is no pass 'fold_constant', did you mean 'fold_constants'?"},
  };
  for (const Case& c : cases) {
    const CommandResult result = check(c.text);
    EXPECT_EQ(result.code, 2) << c.text;
    EXPECT_THAT(result.error, StartsWith("mortise: error: " + c.said)) << c.text;
    EXPECT_THAT(result.out, testing::Not(HasSubstr("valid"))) << c.text;
  }
}

TEST(ConfigCommand, EndsWithTwoForAFileThatIsNotThere) {
  const CommandResult result = run_command("config check absent.json");
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.error, "mortise: error: absent.json: there is no such file\n");
}

TEST(ConfigCommand, LetsAPluginBeAbsentUnlessItMayNot) {
  CommandResult result = check(R"({"providers": [{"id": "com.vendor.npu"}]})");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.error, StartsWith("mortise: warning: c.json: /providers/0: no provider 'com.vendor.npu'"));
  result = check(R"({"providers": [{"id": "com.vendor.npu", "on_failure": "error"}]})");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.error, StartsWith("mortise: error: c.json: /providers/0: no provider 'com.vendor.npu'"));
}

TEST(ConfigCommand, ReportsAsJson) {
  const CommandResult good = check(R"({"providers": [{"id": "org.mortise.mock-npu"}]})", "--json");
  EXPECT_EQ(good.code, 0);
  const json report = json::parse(good.out);
  EXPECT_EQ(report["valid"], true);
  EXPECT_EQ(report["providers"][0]["options"]["sram_kib"], 512);
  const CommandResult bad = check("{\"\xff\": 1}", "--json");
  EXPECT_EQ(bad.code, 2);
  EXPECT_EQ(json::parse(bad.out)["valid"], false);
  EXPECT_EQ(json::parse(bad.out)["findings"].size(), 1u);
}

TEST(ConfigCommand, PrintsTheSchemaOfTheDocuments) {
  const CommandResult result = run_command("config schema");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, read_file(std::filesystem::path(MORTISE_SOURCE_DIR) / "core/config/schema.json"));
}

TEST(ConfigCommand, WritesAFileToStartFromThatIsValid) {
  const CommandResult written = run_command("config init mine.json");
  ASSERT_EQ(written.code, 0) << written.error;
  const json config = json::parse(read_file(test_folder() / "mine.json"));
  ASSERT_GE(config["providers"].size(), 1u);  // others are there as the build has them
  EXPECT_EQ(config["providers"][0]["id"], "org.mortise.mock-npu");
  EXPECT_EQ(config["providers"][0]["options"]["precision"], "fp16");
  EXPECT_EQ(config["providers"][0]["on_failure"], "fallback");
  EXPECT_EQ(config["session"]["optimize"], "all");
  const CommandResult checked = run_command("config check mine.json");
  EXPECT_EQ(checked.code, 0) << checked.error;
  EXPECT_EQ(checked.error, "");
  EXPECT_EQ(run_command("config init -").out, read_file(test_folder() / "mine.json"));
}

TEST(ConfigCommand, WritesOverNothingUnasked) {
  write_file(test_folder() / "mortise.json", "mine");
  const CommandResult refused = run_command("config init");
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.error, "mortise: mortise.json: exists; --force writes over it\n");
  EXPECT_EQ(read_file(test_folder() / "mortise.json"), "mine");
  EXPECT_EQ(run_command("config init --force").code, 0);
  EXPECT_EQ(run_command("config check mortise.json").code, 0);
}

TEST(ConfigCommand, SaysWhyAFileCannotBeWritten) {
  const CommandResult result = run_command("config init no/such/folder.json");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.error, "mortise: no/such/folder.json: cannot be written: No such file or directory\n");
}

}  // namespace
}  // namespace mortise
