// `mortise-conformance list`: the names of the cases.
#include <fmt/core.h>

#include "conformance/command/command.h"
#include "conformance/command/run_options.h"

namespace mortise::conformance {

void add_list(CLI::App& app) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("list", "Lists the cases, one per line");
  options->add_choice(*command);
  command->callback([options] {
    const Catalogue catalogue(options->settings);
    const std::vector<const Case*> cases = options->choose(catalogue);
    if (cases.empty()) stop(kFailed, "no case matches");
    for (const Case* which : cases) fmt::print("{}\n", which->name);
  });
}

}  // namespace mortise::conformance
