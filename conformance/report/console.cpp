#include "conformance/report/console.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "conformance/report/score.h"
#include "core/report/plain.h"
#include "tools/mortise/terminal.h"

namespace mortise::conformance {

using report::plain;

namespace {

constexpr size_t kSlowest = 5, kReasons = 15, kWarnings = 10;

void print_table(const Results& results) {
  std::vector<std::pair<std::string, Score>> suites;
  for (const CaseResult& result : results.cases) {
    if (suites.empty() || suites.back().first != result.suite) suites.emplace_back(result.suite, Score());
    suites.back().second.add(result.verdict, results.strict);
  }
  fmt::print("\n{:<10}{:>8}{:>8}{:>10}{:>11}{:>9}{:>9}{:>10}\n", "suite", "passed", "failed", "expected", "unclaimed",
             "skipped", "not run", "seconds");
  for (const auto& [name, score] : suites) {
    fmt::print("{:<10}{:>8}{:>8}{:>10}{:>11}{:>9}{:>9}{:>10.1f}\n", plain(name), score.passed, score.failed,
               score.of(Outcome::kXfail), score.of(Outcome::kUnclaimed), score.of(Outcome::kSkip),
               score.of(Outcome::kNotRun), score.seconds);
  }
}

void print_slowest(const Results& results) {
  std::vector<const CaseResult*> sorted;
  for (const CaseResult& result : results.cases) sorted.push_back(&result);
  const size_t count = std::min(kSlowest, sorted.size());
  std::partial_sort(sorted.begin(), sorted.begin() + static_cast<ptrdiff_t>(count), sorted.end(),
                    [](const CaseResult* a, const CaseResult* b) { return a->verdict.seconds > b->verdict.seconds; });
  fmt::print("\nslowest\n");
  for (size_t i = 0; i < count; ++i)
    fmt::print("{:>10.3f} s  {}\n", sorted[i]->verdict.seconds, plain(sorted[i]->name));
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
  fmt::print("\nnot claimed, in the provider's own words\n");
  for (size_t i = 0; i < std::min(kReasons, sorted.size()); ++i)
    fmt::print("{:>10}  {}\n", sorted[i].first, plain(sorted[i].second));
  if (sorted.size() > kReasons) fmt::print("{:>10}  other reasons; the reports have all\n", sorted.size() - kReasons);
}

void print_warnings(const Results& results) {
  size_t count = 0;
  for (const CaseResult& result : results.cases) {
    for (const std::string& warning : result.verdict.warnings) {
      if (count == 0) fmt::print("\nwarnings\n");
      if (++count <= kWarnings) fmt::print("  {}: {}\n", plain(result.name), plain(warning));
    }
  }
  if (count > kWarnings) fmt::print("  and {} more; the reports have all\n", count - kWarnings);
}

}  // namespace

Console::Console(const Results& results) : results_(results), progress_("cases", results.cases.size()) {}

void Console::show(const CaseResult& result) {
  const bool failed = counts_as_failure(result.verdict.outcome, results_.strict);
  ++done_;
  if (failed) {
    ++failed_;
    progress_.clear();
    const std::string requirement = result.verdict.requirement.empty() ? "" : " [" + result.verdict.requirement + "]";
    fmt::print("{} {}: {}{}\n    {}\n", tool::coloured(to_string(result.verdict.outcome), tool::Colour::kRed, stdout),
               plain(result.name), plain(result.verdict.sentence), plain(requirement),
               plain(reproduction(results_, result)));
    std::fflush(stdout);
  }
  progress_.update(done_, failed_);
}

void print_identity(const Results& results) {
  const ProviderFacts& provider = results.provider;
  fmt::print("{} {} on {}\n", plain(provider.id.empty() ? plugin_text(results.settings) : provider.id),
             plain(provider.version), plain(provider.device.empty() ? "no known device" : provider.device));
  fmt::print("  binary {}, suite {}, seed {}, {} cases\n", results.plugin_sha256.substr(0, 16), results.suite_version,
             results.settings.seed, results.cases.size());
  if (!provider.problem.empty()) fmt::print("  {}\n", plain(provider.problem));
}

void print_summary(const Results& results) {
  print_table(results);
  print_slowest(results);
  print_refusals(results);
  print_warnings(results);
  fmt::print("\n");
  for (const std::string& note : results.notes) fmt::print("note: {}\n", plain(note));
  for (const std::string& problem : results.problems) fmt::print("problem: {}\n", plain(problem));
  const Score score = score_of(results);
  fmt::print("score {:.2f} %", 100 * score.rate());
  if (score.of(Outcome::kXfail) + score.of(Outcome::kXpass) > 0) {
    fmt::print(", with {} expected failures counted {:.2f} %, {} unexpected passes", score.of(Outcome::kXfail),
               100 * score.rate_with_expected(), score.of(Outcome::kXpass));
  }
  fmt::print("\n");
  if (!succeeded(results))
    fmt::print("{}: {}\n", tool::coloured("not passed", tool::Colour::kRed, stdout), plain(verdict_text(results)));
  fmt::print("{} passed, {} failed, {} skipped\n", score.passed, score.failed, score.skipped);
  std::fflush(stdout);
}

}  // namespace mortise::conformance
