// `mortise-conformance list`: the names of the cases.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "conformance/command/command.h"
#include "conformance/command/run_options.h"
#include "conformance/report/formats.h"
#include "tools/mortise/terminal.h"

namespace mortise::conformance {

namespace {

void print_json(std::span<const Case* const> cases) {
  const char* before = "[\n";
  for (const Case* which : cases) {
    fmt::print("{}{}", before, description_json(result_of(*which)).dump());
    before = ",\n";
  }
  fmt::print("\n]\n");
}

// Scripts get the names alone.
void print_names(std::span<const Case* const> cases) {
  const bool person = tool::is_terminal(stdout);
  for (const Case* which : cases) {
    fmt::print("{}\n", which->name);
    if (person) fmt::print("    {}\n", which->description);
  }
}

}  // namespace

void add_list(CLI::App& app) {
  auto options = std::make_shared<RunOptions>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("list", "Lists the cases, one per line");
  options->add_choice(*command);
  command->add_flag("--json", *json, "print names, suites, descriptions and coordinates as JSON");
  command->footer(exit_codes("there are cases", "no case matches"));
  command->callback([options, json] {
    options->complete_catalogue();
    const Catalogue catalogue(options->settings);
    const std::vector<const Case*> cases = options->part_of(options->choose(catalogue));
    if (cases.empty()) stop(kFailed, "no case matches");
    *json ? print_json(cases) : print_names(cases);
  });
}

}  // namespace mortise::conformance
