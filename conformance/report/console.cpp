#include "conformance/report/console.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "conformance/report/score.h"
#include "core/report/plain.h"
#include "tools/mortise/terminal.h"

namespace mortise::conformance {

using report::plain;

namespace {

// Nobody may be listening any more, and the reports of the run are still to be written.
template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
  const std::string text = fmt::format(format, std::forward<Args>(args)...);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

constexpr size_t kSlowest = 5, kReasons = 15, kWarnings = 10, kFailures = 10;

void print_failure(const CaseResult& result) {
  const Verdict& verdict = result.verdict;
  const std::string requirement = verdict.requirement.empty() ? "" : " [" + verdict.requirement + "]";
  // A comment: the line is to be copied into a shell.
  const std::string_view remark = verdict.untried_alone ? "  # not tried alone" : "";
  say("{} {}: {}{}\n    {}{}\n", tool::coloured(to_string(verdict.outcome), tool::Colour::kRed, stdout),
      plain(result.name), plain(verdict.sentence), plain(requirement), plain(result.reproduce), remark);
}

void print_table(const Results& results) {
  std::vector<std::pair<std::string, Score>> suites;
  for (const CaseResult& result : results.cases) {
    if (suites.empty() || suites.back().first != result.suite) suites.emplace_back(result.suite, Score());
    suites.back().second.add(result.verdict, results.strict);
  }
  say("\n{:<10}{:>8}{:>8}{:>10}{:>11}{:>9}{:>9}{:>10}\n", "suite", "passed", "failed", "expected", "unclaimed",
      "skipped", "not run", "seconds");
  for (const auto& [name, score] : suites) {
    say("{:<10}{:>8}{:>8}{:>10}{:>11}{:>9}{:>9}{:>10.1f}\n", plain(name), score.passed, score.failed,
        score.of(Outcome::kXfail), score.of(Outcome::kUnclaimed), score.of(Outcome::kSkip), score.of(Outcome::kNotRun),
        score.seconds);
  }
}

void print_slowest(const Results& results) {
  std::vector<const CaseResult*> sorted;
  for (const CaseResult& result : results.cases) sorted.push_back(&result);
  if (sorted.empty()) return;
  const size_t count = std::min(kSlowest, sorted.size());
  std::partial_sort(sorted.begin(), sorted.begin() + static_cast<ptrdiff_t>(count), sorted.end(),
                    [](const CaseResult* a, const CaseResult* b) { return a->verdict.seconds > b->verdict.seconds; });
  say("\nslowest\n");
  for (size_t i = 0; i < count; ++i) say("{:>10.3f} s  {}\n", sorted[i]->verdict.seconds, plain(sorted[i]->name));
}

void print_refusals(const Results& results) {
  std::map<std::string, size_t> counts;
  for (const CaseResult& result : results.cases) {
    for (const auto& refusal : result.verdict.refusals) ++counts[refusal.second];
  }
  if (counts.empty()) return;
  std::vector<std::pair<size_t, std::string>> sorted;
  for (const auto& [text, count] : counts) sorted.emplace_back(count, text);
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  say("\nnot claimed, in the provider's own words\n");
  for (size_t i = 0; i < std::min(kReasons, sorted.size()); ++i)
    say("{:>10}  {}\n", sorted[i].first, plain(sorted[i].second));
  if (sorted.size() > kReasons) say("{:>10}  other reasons; the reports have all\n", sorted.size() - kReasons);
}

void print_warnings(const Results& results) {
  size_t count = 0;
  for (const CaseResult& result : results.cases) {
    for (const std::string& warning : result.verdict.warnings) {
      if (count == 0) say("\nwarnings\n");
      if (++count <= kWarnings) say("  {}: {}\n", plain(result.name), plain(warning));
    }
  }
  if (count > kWarnings) say("  and {} more; the reports have all\n", count - kWarnings);
}

// The first failures once more, now that it is known which command shows them. Those come first that the case alone does not
// show, and last those of which nobody knows.
void print_failures(const Results& results) {
  std::vector<const CaseResult*> failures;
  size_t untried = 0;
  for (const CaseResult& result : results.cases) {
    if (!counts_as_failure(result.verdict.outcome, results.strict)) continue;
    failures.push_back(&result);
    untried += result.verdict.untried_alone ? 1 : 0;
  }
  if (failures.empty()) return;
  const auto rank = [](const CaseResult* one) { return one->verdict.after ? 0 : one->verdict.untried_alone ? 2 : 1; };
  std::stable_sort(failures.begin(), failures.end(),
                   [&](const CaseResult* a, const CaseResult* b) { return rank(a) < rank(b); });
  say("\nfailures\n");
  for (size_t i = 0; i < std::min(kFailures, failures.size()); ++i) print_failure(*failures[i]);
  if (failures.size() > kFailures) say("and {} more; the reports have all\n", failures.size() - kFailures);
  if (untried > 0) say("{} {}\n", untried, kUntriedAlone);
}

}  // namespace

Console::Console(const Results& results) : results_(results), progress_("cases", results.cases.size()) {}

void Console::show(const CaseResult& result) {
  const bool failed = counts_as_failure(result.verdict.outcome, results_.strict);
  ++done_;
  if (failed) {
    ++failed_;
    progress_.clear();
    print_failure(result);
    std::fflush(stdout);
  }
  progress_.update(done_, failed_);
}

void print_identity(const Results& results) {
  const ProviderFacts& provider = results.provider;
  say("{} {} on {}\n", plain(provider.id.empty() ? plugin_text(results.settings) : provider.id),
      plain(provider.version), plain(provider.device.empty() ? "no known device" : provider.device));
  say("  binary {}, suite {}, seed {}, {} cases\n", results.plugin_sha256.substr(0, 16), results.suite_version,
      results.settings.seed, results.cases.size());
  if (!provider.problem.empty()) say("  {}\n", plain(provider.problem));
}

void print_summary(const Results& results) {
  print_table(results);
  print_slowest(results);
  print_refusals(results);
  print_warnings(results);
  print_failures(results);
  say("\n");
  for (const std::string& note : results.notes) say("note: {}\n", plain(note));
  for (const std::string& problem : results.problems) say("problem: {}\n", plain(problem));
  const Score score = score_of(results);
  if (score.passed + score.failed == 0) {
    say("no score: nothing was judged");
  } else {
    say("score {:.2f} %", 100 * score.rate());
  }
  if (score.of(Outcome::kXfail) + score.of(Outcome::kXpass) > 0) {
    say(", with {} expected failures counted {:.2f} %, {} unexpected passes", score.of(Outcome::kXfail),
        100 * score.rate_with_expected(), score.of(Outcome::kXpass));
  }
  say("\n");
  if (!succeeded(results))
    say("{}: {}\n", tool::coloured("not passed", tool::Colour::kRed, stdout), plain(verdict_text(results)));
  say("{} passed, {} failed, {} skipped\n", score.passed, score.failed, score.skipped);
  std::fflush(stdout);
}

}  // namespace mortise::conformance
