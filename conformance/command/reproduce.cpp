// `mortise-conformance reproduce`: runs one thing again and says all that is known of it.
#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "conformance/cases/specimen_case.h"
#include "conformance/command/ask_provider.h"
#include "conformance/command/command.h"
#include "conformance/command/run_options.h"
#include "core/report/plain.h"
#include "tools/mortise/terminal.h"

namespace mortise::conformance {

using report::plain;

namespace {

// A number alone is a graph's.
std::string case_name(const std::string& what) {
  const bool number =
      !what.empty() && std::all_of(what.begin(), what.end(), [](unsigned char c) { return std::isdigit(c); });
  return number ? "graph-" + what : what;
}

Case find(const std::string& what, const Settings& settings) {
  std::error_code code;
  const std::filesystem::path folder = std::filesystem::canonical(what, code);
  if (!code && std::filesystem::exists(folder / "model.onnx", code)) return specimen_case(folder);
  const Catalogue catalogue(settings);
  const std::string name = case_name(what);
  const Case* which = catalogue.find(name);
  if (which != nullptr) return *which;
  std::string hint = catalogue.did_you_mean(name);
  if (name.starts_with("graph-")) {
    hint = concat("; a graph's number is below ", settings.graphs, ", or else raise --budget");
  } else if (std::filesystem::is_directory(what, code)) {
    hint = ", and the folder of that name has no model.onnx";
  }
  stop(kBadUsage, concat("there is no case '", name, "'", hint));
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

int reproduce(const std::string& what, RunOptions& options) {
  options.complete();
  const Case which = find(what, options.settings);
  require_provider(options);
  // Nothing is left unasked, nor in the place of a model that `validate` left and may have reduced.
  std::error_code code;
  if (options.artifacts.empty() || std::filesystem::exists(options.artifacts / which.name, code))
    options.settings.artifacts.clear();
  Verdict found;
  const Case* cases[] = {&which};
  const Status status = run_cases(
      options.settings, cases, options.runner, [&](const Case&, const Verdict& verdict, auto) { found = verdict; },
      [](const std::string& note) { fmt::print("note: {}\n", plain(note)); });
  if (!status.ok()) stop(kFailed, status.message());
  print_verdict(which, found);
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
  command->callback([options, what] { throw Exit{reproduce(*what, *options)}; });
}

}  // namespace mortise::conformance
