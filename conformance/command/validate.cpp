// `mortise-conformance validate`: runs the suites on a plugin and says whether it keeps its promises.
#include <fmt/core.h>

#include <chrono>
#include <unordered_map>

#include "conformance/command/command.h"
#include "conformance/command/run_options.h"
#include "conformance/report/results.h"

namespace mortise::conformance {

namespace {

Results run(const RunOptions& options, std::span<const Case* const> cases) {
  Results results{.settings = options.settings};
  std::unordered_map<const Case*, size_t> index;
  for (const Case* which : cases) {
    index.emplace(which, results.cases.size());
    results.cases.push_back({.name = which->name,
                             .suite = std::string(which->suite),
                             .requirement = which->requirement,
                             .description = which->description,
                             .at = which->at});
  }
  const auto begin = std::chrono::steady_clock::now();
  const Status status = run_cases(
      options.settings, cases, options.runner,
      [&](const Case& which, const Verdict& verdict) {
        results.cases[index.at(&which)].verdict = verdict;
        if (is_failure(verdict.outcome)) {
          fmt::print("{:<10} {}: {}\n", to_string(verdict.outcome), which.name, verdict.sentence);
        }
      },
      [&](const std::string& note) { results.notes.push_back(note); });
  if (!status.ok()) stop(kFailed, status.message());
  results.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return results;
}

int summarize(const Results& results) {
  size_t passed = 0, failed = 0, skipped = 0;
  for (const CaseResult& result : results.cases) {
    if (is_failure(result.verdict.outcome)) {
      ++failed;
    } else if (result.verdict.outcome == Outcome::kPass) {
      ++passed;
    } else {
      ++skipped;
    }
  }
  for (const std::string& note : results.notes) fmt::print("note: {}\n", note);
  fmt::print("{} passed, {} failed, {} skipped\n", passed, failed, skipped);
  return failed == 0 && passed > 0 ? kOk : kFailed;
}

}  // namespace

void add_validate(CLI::App& app) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("validate", "Runs the suites on a plugin");
  options->add_plugin(*command);
  options->add_choice(*command);
  command->callback([options] {
    options->complete();
    const Catalogue catalogue(options->settings);
    const std::vector<const Case*> cases = options->choose(catalogue);
    if (cases.empty()) stop(kFailed, "no case matches; 'mortise-conformance list' shows what there is");
    throw Exit{summarize(run(*options, cases))};
  });
}

}  // namespace mortise::conformance
