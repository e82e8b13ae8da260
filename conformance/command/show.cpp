// `mortise-conformance show`: what one case does.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "conformance/command/command.h"
#include "conformance/command/find_case.h"
#include "conformance/command/run_options.h"
#include "conformance/report/formats.h"

namespace mortise::conformance {

void add_show(CLI::App& app) {
  auto options = std::make_shared<RunOptions>();
  auto name = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("show", "Says what a case does");
  command->add_option("CASE", *name, "name of a case, or number of a graph")->required();
  options->add_catalogue(*command);
  command->add_flag("--json", *json, "print it as JSON");
  command->footer("Exit codes: 0 there is such a case; 2 there is none, or the command line is wrong.");
  command->callback([options, name, json] {
    options->complete_catalogue();
    const Catalogue catalogue(options->settings);
    const Case& which = require_case(catalogue, options->settings, *name);
    if (*json) {
      fmt::print("{}\n", description_json(result_of(which)).dump(2));
      return;
    }
    fmt::print("{}\n  suite        {}\n", which.name, which.suite);
    if (!which.requirement.empty()) fmt::print("  requirement  {}\n", which.requirement);
    fmt::print("  {}\n", which.description);
  });
}

}  // namespace mortise::conformance
