#include "conformance/report/score.h"

namespace mortise::conformance {

void Score::add(const Verdict& verdict, bool strict) {
  ++outcomes[static_cast<size_t>(verdict.outcome)];
  seconds += verdict.seconds;
  if (counts_as_failure(verdict.outcome, strict)) {
    ++failed;
  } else if (verdict.outcome == Outcome::kPass || verdict.outcome == Outcome::kXpass) {
    ++passed;
  } else {
    ++skipped;
  }
}

double Score::rate() const {
  const size_t judged = passed + failed;
  return judged == 0 ? 0 : static_cast<double>(passed) / static_cast<double>(judged);
}

double Score::rate_with_expected() const {
  const size_t judged = passed + failed + of(Outcome::kXfail);
  return judged == 0 ? 0 : static_cast<double>(passed) / static_cast<double>(judged);
}

bool counts_as_failure(Outcome outcome, bool strict) {
  return is_failure(outcome) || (strict && outcome == Outcome::kXpass);
}

Score score_of(const Results& results) {
  Score score;
  for (const CaseResult& result : results.cases) score.add(result.verdict, results.strict);
  return score;
}

bool succeeded(const Results& results) { return verdict_text(results) == "passed"; }

std::string verdict_text(const Results& results) {
  const Score score = score_of(results);
  if (score.failed > 0) return score.failed == 1 ? "1 case failed" : concat(score.failed, " cases failed");
  if (!results.problems.empty()) return results.problems.front();
  if (score.passed == 0 && results.shard.whole()) return "nothing passed, so nothing is shown";
  return "passed";
}

}  // namespace mortise::conformance
