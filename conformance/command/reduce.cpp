// `mortise-conformance reduce`: the smallest model that shows a failure of the graphs suite.
#include <fmt/core.h>

#include "conformance/command/ask_provider.h"
#include "conformance/command/command.h"
#include "conformance/command/find_case.h"
#include "conformance/command/reduce_failure.h"
#include "conformance/engine/interrupt.h"
#include "core/report/plain.h"

namespace mortise::conformance {

using report::plain;

namespace {

struct ReduceOptions {
  RunOptions run;
  std::string what, folder;
  double seconds = 60;
};

int reduce_case(ReduceOptions& options) {
  options.run.complete();
  const Settings& settings = options.run.settings;
  const Catalogue catalogue(settings);
  const Case& which = require_case(catalogue, settings, options.what);
  if (which.suite != "graphs")
    stop(kBadUsage, concat("'", which.name, "' is no case of the graphs suite, which alone has graphs to reduce"));
  const std::filesystem::path folder =
      options.folder.empty() ? settings.artifacts / which.name : std::filesystem::absolute(options.folder);
  if (!options.folder.empty()) make_folder("--output", folder);
  require_provider(options.run);
  const InterruptScope scope;
  Verdict found;
  const Case* cases[] = {&which};
  const Status status = run_cases(
      settings, cases, options.run.runner, [&](const Case&, const Verdict& verdict, auto) { found = verdict; },
      [](const std::string& note) { fmt::print("note: {}\n", plain(note)); });
  if (!status.ok()) stop(kFailed, status.message());
  fmt::print("{} {}: {}\n", to_string(found.outcome), plain(which.name), plain(found.sentence));
  if (!is_failure(found.outcome))
    stop(kFailed, "there is no failure to reduce; the command that a report gives shows one behind other cases only");
  const Result<std::string> reduced = reduce_failure(options.run, which.name, found, folder, options.seconds);
  if (!reduced.ok()) stop(kFailed, concat(which.name, " is not reduced: ", reduced.status().message()));
  fmt::print("{}\n", plain(*reduced));
  return kOk;
}

}  // namespace

void add_reduce(CLI::App& app) {
  auto options = std::make_shared<ReduceOptions>();
  CLI::App* command = app.add_subcommand("reduce", "Makes a failing graph as small as it can be and still fails");
  command->add_option("CASE", options->what, "name of a case of the graphs suite, or number of a graph")->required();
  options->run.add_plugin(*command);
  options->run.add_catalogue(*command);
  command
      ->add_option("-o,--output", options->folder,
                   "folder for the model and its data; default: that of the case's artifacts")
      ->check(not_empty());
  command->add_option("--seconds", options->seconds, "time for it")
      ->check(number_between(1, 86400))
      ->capture_default_str();
  command->footer(
      exit_codes("a model that fails is left", "there is no failure to reduce, or no smaller model shows it"));
  command->callback([options] { throw Exit{reduce_case(*options)}; });
}

}  // namespace mortise::conformance
