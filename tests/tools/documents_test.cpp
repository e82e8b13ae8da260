// The examples of docs/guide/command.md: each is run, and what it prints is what the page shows. "…" on the page stands
// for anything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <vector>

#include "tests/tools/command_runner.h"

namespace mortise {
namespace {

struct Example {
  std::string arguments;
  std::string output;
};

// From blocks of kind "console": a line "$ mortise ARGUMENTS", then its output.
std::vector<Example> examples(const std::string& page) {
  std::vector<Example> found;
  std::istringstream lines(page);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "```console") {
      inside = true;
    } else if (line.starts_with("```")) {
      inside = false;
    } else if (inside && line.starts_with("$ mortise ")) {
      found.push_back({line.substr(10), ""});
    } else if (inside && !found.empty()) {
      found.back().output += line + "\n";
    }
  }
  return found;
}

bool matches(std::string_view text, std::string_view pattern) {
  constexpr std::string_view kAnything = "…";
  const size_t first = pattern.find(kAnything);
  if (first == std::string_view::npos) return text == pattern;
  if (!text.starts_with(pattern.substr(0, first))) return false;
  text.remove_prefix(first);
  pattern.remove_prefix(first + kAnything.size());
  for (;;) {
    const size_t next = pattern.find(kAnything);
    if (next == std::string_view::npos) return text.ends_with(pattern);
    const size_t at = text.find(pattern.substr(0, next));
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + next);
    pattern.remove_prefix(next + kAnything.size());
  }
}

TEST(Documents, OfTheCommandShowWhatItPrints) {
  if (!std::filesystem::exists("/usr/share/libonnx-testdata/data/node"))
    GTEST_SKIP() << "libonnx-testdata is not installed; scripts/install-deps.sh installs it";
  const std::filesystem::path source = MORTISE_SOURCE_DIR;
  std::filesystem::create_directory_symlink(source / "examples", test_folder() / "examples");
  std::filesystem::create_directories(test_folder() / "build/release/lib");
  std::filesystem::create_directory_symlink(MORTISE_PLUGINS, test_folder() / "build/release/lib/mortise");
  std::set<std::string> shown;
  for (const Example& example : examples(read_file(source / "docs/guide/command.md"))) {
    shown.insert(example.arguments.substr(0, example.arguments.find(' ')));
    const CommandResult result = run_command(example.arguments);
    const std::string printed = result.error + result.out;
    EXPECT_TRUE(matches(printed, example.output)) << "mortise " << example.arguments << " prints\n"
                                                  << printed << "\nthe page says\n"
                                                  << example.output;
  }
  for (const char* command : {
#define MORTISE_COMMAND(name) #name,
#include "tools/mortise/commands.inc"
#undef MORTISE_COMMAND
       })
    EXPECT_TRUE(shown.contains(command)) << "docs/guide/command.md has no example of " << command;
}

}  // namespace
}  // namespace mortise
