// `mortise-conformance show`: what one case does.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "conformance/command/command.h"
#include "conformance/command/run_options.h"
#include "conformance/report/formats.h"

namespace mortise::conformance {

void add_show(CLI::App& app) {
  auto options = std::make_shared<RunOptions>();
  auto name = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("show", "Says what a case does");
  command->add_option("CASE", *name, "name of the case")->required();
  options->add_catalogue(*command);
  command->add_flag("--json", *json, "print it as JSON");
  command->callback([options, name, json] {
    options->complete_catalogue();
    const Catalogue catalogue(options->settings);
    const Case* which = catalogue.find(*name);
    if (which == nullptr) stop(kBadUsage, concat("there is no case '", *name, "'", catalogue.did_you_mean(*name)));
    if (*json) {
      fmt::print("{}\n", description_json(result_of(*which)).dump(2));
      return;
    }
    fmt::print("{}\n  suite        {}\n", which->name, which->suite);
    if (!which->requirement.empty()) fmt::print("  requirement  {}\n", which->requirement);
    fmt::print("  {}\n", which->description);
  });
}

}  // namespace mortise::conformance
