// Subcommands of `mortise-conformance`: one file each, one line each in commands.inc.
//
// A subcommand adds itself to the command line; its callback returns the exit code through Exit.
#pragma once

#include <CLI/CLI.hpp>
#include <string_view>

namespace mortise::conformance {

// Exit codes, the same for every subcommand.
inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;    // the work was done and something is wrong
inline constexpr int kBadUsage = 2;  // the command line or a file named there is wrong; nothing was done

struct Exit {
  int code;
};

// The end of a subcommand's --help: what its codes say, as "Exit codes: 0 <ok>; 1 <failed>; 2 …".
std::string exit_codes(std::string_view ok, std::string_view failed);

// Prints "mortise-conformance: <message>" to the standard error stream and ends with the code.
[[noreturn]] void stop(int code, std::string_view message);

// Takes any text but none, such as that of a variable that is not set.
CLI::Validator not_empty();
// Takes numbers of this range and nothing else, whereas CLI11's own check of a range takes NaN too.
CLI::Validator number_between(double least, double most);

#define MORTISE_COMMAND(name) void add_##name(CLI::App& app);
#include "conformance/command/commands.inc"
#undef MORTISE_COMMAND

}  // namespace mortise::conformance
