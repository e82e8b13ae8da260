// `mortise-conformance validate`: runs the suites on a plugin and says whether it keeps its promises.
#include <algorithm>
#include <array>
#include <chrono>
#include <unordered_map>

#include "conformance/cases/vectors.h"
#include "conformance/command/ask_provider.h"
#include "conformance/command/command.h"
#include "conformance/command/isolate_failures.h"
#include "conformance/command/reduce_failure.h"
#include "conformance/command/report_options.h"
#include "conformance/command/run_options.h"
#include "conformance/engine/clock.h"
#include "conformance/engine/interrupt.h"
#include "conformance/report/console.h"
#include "conformance/report/environment.h"
#include "conformance/report/expectations.h"
#include "conformance/report/score.h"

namespace mortise::conformance {

namespace {

struct ValidateOptions {
  RunOptions run;
  ReportOptions reports;
  std::string expect;
  bool strict = false;
};

// Everything that is known before the provider is asked.
Results begin_results(const ValidateOptions& options, std::span<const Case* const> chosen) {
  Results results{.settings = options.run.settings,
                  .limits = case_limits_of(options.run.runner),
                  .suite_version = MORTISE_PROJECT_VERSION,
                  .date = date_text(run_time()),
                  .hosts = {this_host()},
                  .selection = selection_of(chosen, options.run.suites, options.run.filter),
                  .shard = *options.run.shard,
                  .strict = options.strict};
  results.settings.artifacts = options.run.artifacts;
  Result<std::string> sum = plugin_sha256(options.run.settings.plugin);
  if (!sum.ok()) stop(kBadUsage, sum.status().message());
  results.plugin_sha256 = std::move(*sum);
  return results;
}

// `results` has the cases, not run, in the same order. Gives the failures that may be those of cases before them.
SharedFailures run(const ValidateOptions& options, std::span<const Case* const> cases, const Expectations& expectations,
                   std::chrono::sys_days today, Results& results) {
  std::unordered_map<const Case*, size_t> index;
  for (size_t i = 0; i < cases.size(); ++i) index.emplace(cases[i], i);
  print_identity(results);
  Console console(results);
  SharedFailures shared;
  const Status status = run_cases(
      options.run.settings, cases, options.run.runner,
      [&](const Case& which, const Verdict& verdict, std::span<const Case* const> before) {
        const size_t place = index.at(&which);
        CaseResult& result = results.cases[place];
        result.verdict = verdict;
        expectations.apply(which.name, today, result.verdict);
        if (counts_as_failure(result.verdict.outcome, true)) result.reproduce = reproduction(results, result);
        if (is_failure(result.verdict.outcome) && !before.empty()) {
          result.verdict.untried_alone = true;
          shared.add(place, which, before);
        }
        console.show(result);
      },
      [&](const std::string& note) { results.notes.push_back(note); });
  if (!status.ok()) results.problems.push_back(status.message());
  const auto left = std::count_if(results.cases.begin(), results.cases.end(),
                                  [](const CaseResult& result) { return result.verdict.outcome == Outcome::kNotRun; });
  if (left > 0) results.problems.push_back(concat("the run ended early: ", left, " cases were not run"));
  return shared;
}

int validate(ValidateOptions& options) {
  options.run.complete();
  options.reports.check(std::array{options.run.settings.plugin.string(), options.expect});
  const Catalogue catalogue(options.run.settings);
  Expectations expectations;
  if (!options.expect.empty()) {
    Result<Expectations> loaded = Expectations::load(options.expect, catalogue.cases());
    if (!loaded.ok()) stop(kBadUsage, loaded.status().message());
    expectations = std::move(*loaded);
  }
  const std::vector<const Case*> chosen = options.run.choose(catalogue);
  const std::string note = options.run.wants("vectors") ? missing_vectors(options.run.settings, catalogue.cases()) : "";
  if (chosen.empty())
    stop(kFailed, concat("no case matches; ", note.empty() ? "'mortise-conformance list' shows what there is" : note));
  const std::vector<const Case*> part = options.run.part_of(chosen);
  Results results = begin_results(options, chosen);
  if (!note.empty()) results.notes.push_back(note);
  for (const Case* which : part) results.cases.push_back(result_of(*which));
  const Result<Introduction> introduction =
      ask_provider(options.run, [&](const std::string& sentence) { results.notes.push_back(sentence); });
  if (!introduction.ok()) stop(kFailed, introduction.status().message());
  results.provider = introduction->provider;
  if (!introduction->fault.empty()) {
    results.problems.push_back(introduction->fault);
    const Status written = options.reports.write(results);
    stop(introduction->code, written.ok() ? introduction->fault : concat(introduction->fault, "; ", written.message()));
  }
  // Not SOURCE_DATE_EPOCH's day: that would keep an expectation alive for ever.
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const auto begin = std::chrono::steady_clock::now();
  const InterruptScope scope;
  const SharedFailures shared = run(options, part, expectations, today, results);
  if (results.problems.empty() && !options.run.runner.in_process) {
    isolate_failures(options.run, shared.chosen(), results);
    if (!interrupted()) drop_passing_segments(options.run, results);
    reduce_failures(options.run, results);
    if (interrupted()) results.problems.push_back("the run was interrupted while its failures were run again");
  }
  results.seconds = seconds_since(begin);
  for (std::string& sentence : expectations.expired(today)) results.problems.push_back(std::move(sentence));
  // Before the summary, for which nobody may be listening any more.
  const Status written = options.reports.write(results);
  print_summary(results);
  if (!written.ok()) stop(kFailed, written.message());
  return succeeded(results) ? kOk : kFailed;
}

}  // namespace

void add_validate(CLI::App& app) {
  auto options = std::make_shared<ValidateOptions>();
  CLI::App* command = app.add_subcommand("validate", "Runs the suites on a plugin");
  options->run.add_plugin(*command);
  options->run.add_choice(*command);
  command->add_option("--expect", options->expect, "file with expected failures")
      ->type_name("FILE")
      ->check(not_empty());
  command->add_flag("--strict", options->strict, "let an unexpected pass fail");
  options->reports.add(*command);
  command->footer(
      exit_codes("nothing failed and something passed", "something failed, nothing passed, or the run ended early"));
  command->callback([options] { throw Exit{validate(*options)}; });
}

}  // namespace mortise::conformance
