// The mortise-conformance command: a main() that knows its subcommands by their list only.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>

#include "conformance/command/command.h"
#include "conformance/engine/worker.h"

namespace mortise::conformance {

namespace {

int number(const char* text) {
  int value = -1;
  std::from_chars(text, text + std::strlen(text), value);
  return value;
}

int run_command(int argc, char** argv) {
  CLI::App app("Checks whether a provider plugin keeps the promises of Mortise's plugin interface.",
               "mortise-conformance");
  app.require_subcommand(1);
  app.set_version_flag("--version", MORTISE_PROJECT_VERSION);
  app.footer(
      "Exit codes: 0 everything passed; 1 something failed, or nothing ran; 2 bad usage.\n\n"
      "Examples:\n"
      "  mortise-conformance validate ./libvendor_npu.so\n"
      "  mortise-conformance validate ./libvendor_npu.so --suite abi --jobs 4\n"
      "  mortise-conformance validate ./libvendor_npu.so --report-html report.html --expect known.json\n"
      "  mortise-conformance show claim-pure\n"
      "  mortise-conformance reproduce graph-17 ./libvendor_npu.so\n");
#define MORTISE_COMMAND(name) add_##name(app);
#include "conformance/command/commands.inc"
#undef MORTISE_COMMAND
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kBadUsage;
  } catch (const Exit& exit) {
    return exit.code;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mortise-conformance: %s\n", error.what());
    return kFailed;
  }
  return kOk;
}

}  // namespace

}  // namespace mortise::conformance

int main(int argc, char** argv) {
  using namespace mortise::conformance;
  // Not a subcommand: nobody types it.
  if (argc == 4 && std::strcmp(argv[1], "worker") == 0) return run_worker(number(argv[2]), number(argv[3]));
  return run_command(argc, argv);
}
