// The mortise command: a main() that knows its subcommands by their list only.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <exception>

#include "mortise/version.h"
#include "tools/mortise/command/command.h"

namespace mortise::tool {

void fail(int code, std::string_view message) {
  // A terminal obeys control characters, and names in messages come from models and plugins.
  std::string text(message);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c != '\n' && std::iscntrl(static_cast<unsigned char>(c)) != 0; },
      ' ');
  std::fprintf(stderr, "mortise: %s\n", text.c_str());
  throw Exit{code};
}

}  // namespace mortise::tool

int main(int argc, char** argv) {
  CLI::App app("Runs ONNX models over plug-in execution providers and says why every node ran where it did.",
               "mortise");
  app.require_subcommand(1);
  app.set_version_flag("--version", MORTISE_PROJECT_VERSION);
  app.footer(
      "Exit codes: 0 success; 1 the work was done and something is wrong; 2 bad usage or configuration.\n\n"
      "Examples:\n"
      "  mortise run model.onnx --input image=digit.png\n"
      "  mortise verify vectors/node --filter 'test_conv.*'\n"
      "  mortise inspect ./libvendor_npu.so\n");
#define MORTISE_COMMAND(name) mortise::tool::add_##name(app);
#include "tools/mortise/commands.inc"
#undef MORTISE_COMMAND
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? mortise::tool::kOk : mortise::tool::kBadUsage;
  } catch (const mortise::tool::Exit& exit) {
    return exit.code;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mortise: %s\n", error.what());
    return mortise::tool::kFailed;
  }
  return mortise::tool::kOk;
}
