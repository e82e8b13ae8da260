// Subcommands of `mortise`: one file each, one line each in commands.inc.
//
// A subcommand adds itself to the command line; its callback returns the exit code through Exit.
#pragma once

#include <CLI/CLI.hpp>

namespace mortise::tool {

// Exit codes, the same for every subcommand.
inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;    // the work was done and something is wrong: a wrong result, a bad model or plugin
inline constexpr int kBadUsage = 2;  // the command line or the configuration is wrong; nothing was done

// Ends the program with a code; thrown by subcommands, caught in main().
struct Exit {
  int code;
};

// Prints "mortise: <message>" to the standard error stream and ends with the code.
[[noreturn]] void fail(int code, std::string_view message);

#define MORTISE_COMMAND(name) void add_##name(CLI::App& app);
#include "tools/mortise/commands.inc"
#undef MORTISE_COMMAND

}  // namespace mortise::tool
