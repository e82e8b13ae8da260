// The mortise-conformance command: a main() that knows its subcommands by their list only.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "conformance/command/command.h"
#include "conformance/engine/worker.h"
#include "core/config/nearest.h"

namespace mortise::conformance {

namespace {

int number(const char* text) {
  int value = -1;
  std::from_chars(text, text + std::strlen(text), value);
  return value;
}

// CLI11 by itself says of a slip that a subcommand is required.
void check_subcommand(const CLI::App& app, std::string_view word) {
  std::vector<std::string> names;
  for (const CLI::App* one : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(one->get_name());
  if (word.starts_with('-') || std::find(names.begin(), names.end(), word) != names.end()) return;
  stop(kBadUsage, concat("there is no subcommand '", word, "'", did_you_mean(word, names)));
}

// What is opened next would otherwise become a standard stream of the workers.
void open_closed_streams() {
  int descriptor = 0;
  do {
    descriptor = open("/dev/null", O_RDWR);
  } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor >= 0) close(descriptor);
}

// A log that is not whole is no success.
int check_output(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fprintf(stderr, "mortise-conformance: the standard output cannot be written\n");
  return code == kOk ? kFailed : code;
}

int run_command(int argc, char** argv) {
  CLI::App app("Checks whether a provider plugin keeps the promises of Mortise's plugin interface.",
               "mortise-conformance");
  app.require_subcommand(1);
  app.set_version_flag("--version", MORTISE_PROJECT_VERSION);
  app.footer(
      "Exit codes: 0 success; 1 the work was done and something is wrong; 2 bad usage. Each subcommand's --help says "
      "more.\n\n"
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
    if (argc > 1) check_subcommand(app, argv[1]);
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
  open_closed_streams();
  return check_output(run_command(argc, argv));
}
