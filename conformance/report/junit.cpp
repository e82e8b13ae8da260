// The report as JUnit's XML: a testsuite for each suite, a testcase for each case. What the run itself did wrong is a
// testcase of the testsuite "run".
#include <fmt/core.h>

#include "conformance/report/escape.h"
#include "conformance/report/formats.h"
#include "conformance/report/score.h"

namespace mortise::conformance {

namespace {

// The element for what became of a case; a pass has none.
std::string outcome_element(const Results& results, const CaseResult& result) {
  const Verdict& verdict = result.verdict;
  const std::string_view outcome = to_string(verdict.outcome);
  if (counts_as_failure(verdict.outcome, results.strict)) {
    const std::string_view element =
        verdict.outcome == Outcome::kCrash || verdict.outcome == Outcome::kTimeout ? "error" : "failure";
    std::string body = verdict.requirement.empty() ? "" : "requirement: " + verdict.requirement + "\n";
    if (!verdict.artifact.empty()) body += "model: " + verdict.artifact + "\n";
    for (const std::string& name : verdict.after.value_or(std::vector<std::string>())) body += "after: " + name + "\n";
    body += "reproduce: " + result.reproduce;
    if (verdict.untried_alone) body += concat("\n", kUntriedAlone);
    return fmt::format("<{} type=\"{}\" message=\"{}\">{}</{}>", element, outcome, escaped(verdict.sentence),
                       escaped(body), element);
  }
  if (verdict.outcome == Outcome::kPass || verdict.outcome == Outcome::kXpass) return {};
  return fmt::format("<skipped message=\"{}: {}\"/>", outcome, escaped(verdict.sentence));
}

std::string testcase(std::string_view suite, std::string_view name, double seconds, const std::string& inside) {
  return fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">{}</testcase>\n", escaped(suite),
                     escaped(name), seconds, inside);
}

std::string testsuite(std::string_view name, const Score& score, const std::string& date, const std::string& inside) {
  const size_t errors = score.of(Outcome::kCrash) + score.of(Outcome::kTimeout);
  return fmt::format(
      " <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\" "
      "timestamp=\"{}\">\n{} </testsuite>\n",
      escaped(name), score.passed + score.failed + score.skipped, score.failed - errors, errors, score.skipped,
      score.seconds, escaped(date), inside);
}

}  // namespace

std::string write_junit(const Results& results, const std::filesystem::path&) {
  std::string body;
  for (size_t begin = 0; begin < results.cases.size();) {
    const std::string& suite = results.cases[begin].suite;
    Score score;
    std::string inside;
    for (; begin < results.cases.size() && results.cases[begin].suite == suite; ++begin) {
      const CaseResult& result = results.cases[begin];
      score.add(result.verdict, results.strict);
      inside += testcase(suite, result.name, result.verdict.seconds, outcome_element(results, result));
    }
    body += testsuite(suite, score, results.date, inside);
  }
  std::string problems;
  for (size_t i = 0; i < results.problems.size(); ++i) {
    problems += testcase("run", concat("problem-", i + 1), 0,
                         fmt::format("<failure message=\"{}\"/>", escaped(results.problems[i])));
  }
  if (!problems.empty()) {
    Score score;
    score.failed = results.problems.size();
    body += testsuite("run", score, results.date, problems);
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mortise-conformance\">\n" + body +
         "</testsuites>\n";
}

}  // namespace mortise::conformance
