// Runs the mortise command as a person would, and keeps what it says.
#pragma once

#include <filesystem>
#include <string>

namespace mortise {

struct CommandResult {
  int code = -1;  // -1: ended by a signal
  std::string out;
  std::string error;
};

// The arguments as a shell reads them. No terminal, no configuration of the user, the plugins of the build. variables:
// "NO_COLOR=1" and the like.
CommandResult run_command(const std::string& arguments, const std::string& variables = "");
// The same on a terminal, where out and error are one.
CommandResult run_in_terminal(const std::string& arguments, const std::string& variables = "");

// An empty folder for the test that runs.
std::filesystem::path test_folder();

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& text);

}  // namespace mortise
