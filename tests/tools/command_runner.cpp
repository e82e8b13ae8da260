#include "tests/tools/command_runner.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

namespace mortise {

namespace fs = std::filesystem;

namespace {

const std::string kMortise = std::string("'") + MORTISE_COMMAND_FILE + "' ";

// Shows no Vulkan driver of the machine, so that what is printed does not depend on it.
CommandResult run(const std::string& variables, const std::string& command) {
  const fs::path out = test_folder() / "out.txt", error = test_folder() / "error.txt";
  const std::string line = "cd '" + test_folder().string() +
                           "' && env -i HOME=/nonexistent PATH=/usr/bin:/bin VK_ICD_FILENAMES=none " +
                           "MORTISE_PROVIDER_PATH=" + MORTISE_PLUGINS + " " + variables + " " + command + " >'" +
                           out.string() + "' 2>'" + error.string() + "' </dev/null";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(out), read_file(error)};
}

}  // namespace

CommandResult run_command(const std::string& arguments, const std::string& variables) {
  return run(variables, kMortise + arguments);
}

CommandResult run_in_terminal(const std::string& arguments, const std::string& variables) {
  return run(variables, "script -qec \"" + kMortise + arguments + "\" /dev/null");
}

fs::path test_folder() {
  static std::string current;
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  const std::string name = std::string(test.test_suite_name()) + "." + test.name();
  const fs::path folder = fs::path(testing::TempDir()) / ("mortise_" + name);
  if (name != current) {
    fs::remove_all(folder);
    fs::create_directories(folder);
    current = name;
  }
  return folder;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace mortise
