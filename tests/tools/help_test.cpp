// Every subcommand explains itself, and bad usage is told from bad results.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/command_runner.h"

namespace mortise {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Help, OfEverySubcommandHasAnExample) {
  const char* const names[] = {
#define MORTISE_COMMAND(name) #name,
#include "tools/mortise/commands.inc"
#undef MORTISE_COMMAND
      "config check", "config schema", "config init"};
  for (const std::string name : names) {
    const CommandResult result = run_command(name + " --help");
    EXPECT_EQ(result.code, 0) << name;
    EXPECT_THAT(result.out, ContainsRegex("Examples?:\n  mortise " + name)) << name;
  }
}

TEST(Help, ListsTheExitCodes) {
  const CommandResult result = run_command("--help");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("Exit codes: 0 success; 1 "));
}

TEST(Usage, ThatIsWrongEndsWithTwo) {
  for (const char* arguments :
       {"", "frobnicate", "run", "run m.onnx --frobnicate", "run m.onnx --runs zero", "config", "config check",
        "verify", "verify nowhere", "verify . --jobs 0", "verify . --filter '('", "explain", "inspect"}) {
    const CommandResult result = run_command(arguments);
    EXPECT_EQ(result.code, 2) << arguments;
    EXPECT_NE(result.error, "") << arguments;
  }
}

TEST(Usage, OfAWrongConfigurationEndsWithTwo) {
  struct Case {
    std::string text, said;
  };
  const Case cases[] = {
      {R"({"sesion": {}})", "/sesion: unknown key, did you mean 'session'?"},
      {R"({"providers": [{"id": "org.mortise.mock-npu", "options": {"sram_kb": 1}}]})",
       "/providers/0/options/sram_kb: unknown key, did you mean 'sram_kib'?"},
  };
  for (const Case& c : cases) {
    write_file(test_folder() / "c.json", c.text);
    const CommandResult result =
        run_command("explain " MORTISE_SOURCE_DIR "/examples/digits/digits.onnx --config c.json");
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.error, "mortise: c.json: " + c.said + "\n");
  }
}

TEST(Output, HasNoColourOutsideATerminal) {
  const CommandResult result = run_command("verify " MORTISE_SOURCE_DIR "/tests");
  EXPECT_THAT(result.out + result.error, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace mortise
