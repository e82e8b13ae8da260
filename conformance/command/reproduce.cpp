// `mortise-conformance reproduce`: runs one thing again and says all that is known of it.
#include <fmt/core.h>

#include "conformance/cases/specimen_case.h"
#include "conformance/command/ask_provider.h"
#include "conformance/command/command.h"
#include "conformance/command/find_case.h"
#include "conformance/command/run_options.h"
#include "conformance/generate/specimen.h"
#include "core/report/plain.h"
#include "tools/mortise/terminal.h"

namespace mortise::conformance {

using report::plain;

namespace {

Case find(const std::string& what, const Settings& settings) {
  std::error_code code;
  const std::filesystem::path folder = std::filesystem::canonical(what, code);
  if (!code && std::filesystem::exists(folder / "model.onnx", code)) {
    const Result<Specimen> specimen = load_specimen(folder);
    if (!specimen.ok()) stop(kBadUsage, specimen.status().message());
    return specimen_case(folder);
  }
  const Catalogue catalogue(settings);
  if (find_case(catalogue, what) == nullptr && std::filesystem::exists(what, code))
    stop(kBadUsage, concat("there is no case '", what, "', and what has this name is no folder with model.onnx"));
  return require_case(catalogue, settings, what);
}

void print_verdict(const Case& which, const Verdict& verdict) {
  const bool failed = is_failure(verdict.outcome);
  const std::string outcome(to_string(verdict.outcome));
  const std::string requirement = verdict.requirement.empty() ? "" : " [" + verdict.requirement + "]";
  fmt::print("{} {}: {}{}\n", failed ? tool::coloured(outcome, tool::Colour::kRed, stdout) : outcome, plain(which.name),
             plain(verdict.sentence), plain(requirement));
  if (!verdict.accuracy.worst.empty()) fmt::print("  largest error: {}\n", plain(verdict.accuracy.worst));
  for (const auto& [code, text] : verdict.refusals) fmt::print("  not claimed: {}\n", plain(text));
  for (const std::string& warning : verdict.warnings) fmt::print("  warning: {}\n", plain(warning));
  if (!verdict.artifact.empty()) fmt::print("  model: {}\n", plain(verdict.artifact));
}

// Why nothing is left where --artifacts says.
std::string no_model(const Verdict& verdict, bool is_there) {
  if (is_there) return "a model of the case is there already, and stays as it is";
  if (!is_failure(verdict.outcome)) return "there is no failure";
  return "models are left only of random graphs with a wrong result";
}

int reproduce(const std::string& what, RunOptions& options) {
  options.complete();
  const Case which = find(what, options.settings);
  require_provider(options);
  // Nothing is left unasked, nor in the place of a model that `validate` left and may have reduced.
  std::error_code code;
  const bool is_there = std::filesystem::exists(options.artifacts / which.name, code);
  if (options.artifacts.empty() || is_there) options.settings.artifacts.clear();
  Verdict found;
  const Case* cases[] = {&which};
  const Status status = run_cases(
      options.settings, cases, options.runner, [&](const Case&, const Verdict& verdict, auto) { found = verdict; },
      [](const std::string& note) { fmt::print("note: {}\n", plain(note)); });
  if (!status.ok()) stop(kFailed, status.message());
  print_verdict(which, found);
  if (!options.artifacts.empty() && found.artifact.empty())
    fmt::print("note: nothing is left in {}: {}\n", plain(options.artifacts.string()), no_model(found, is_there));
  return found.outcome == Outcome::kPass ? kOk : kFailed;
}

}  // namespace

void add_reproduce(CLI::App& app) {
  auto options = std::make_shared<RunOptions>();
  auto what = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("reproduce", "Runs one case, or a model that a failure left, again");
  command->add_option("WHAT", *what, "name of a case, number of a graph, or folder with model.onnx and test_data_set_0")
      ->required();
  options->add_plugin(*command);
  options->add_catalogue(*command);
  command->footer(exit_codes("it passed", "it did not: it failed, or the provider does not claim or offer it"));
  command->callback([options, what] { throw Exit{reproduce(*what, *options)}; });
}

}  // namespace mortise::conformance
