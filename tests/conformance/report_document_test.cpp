// What docs/spec/conformance-report.md says is what the code does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "conformance/report/expectations.h"
#include "conformance/report/score.h"

namespace mortise::conformance {
namespace {

using ::testing::StartsWith;

std::string document() {
  std::ifstream file(MORTISE_SOURCE_DIR "/docs/spec/conformance-report.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ReportDocument, SaysWhatEveryOutcomeCountsAs) {
  const std::string text = document();
  for (int i = 0; i < kNumOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    const size_t begin = text.find(concat("\n| `", to_string(outcome), "` | "));
    ASSERT_NE(begin, std::string::npos) << to_string(outcome);
    const std::string row = text.substr(begin + 1, text.find('\n', begin + 1) - begin - 1);
    Score score;
    score.add({.outcome = outcome}, false);
    const char* counts = score.passed > 0 ? "passed" : score.failed > 0 ? "failed" : "skipped";
    EXPECT_THAT(row.substr(row.rfind("| ", row.size() - 3) + 2), StartsWith(counts)) << row;
  }
}

TEST(ReportDocument, HasAnExampleOfAnExpectationThatIsTaken) {
  const std::string text = document();
  const size_t begin = text.find("```json\n") + 8;
  std::vector<Case> cases(1);
  cases[0].name = "resize-11-float16-linear";
  const Result<Expectations> parsed = Expectations::parse(text.substr(begin, text.find("```", begin) - begin), cases);
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  Verdict verdict{.outcome = Outcome::kFail, .sentence = "wrong"};
  parsed->apply(cases[0].name, std::chrono::year(2027) / 1 / 31, verdict);
  EXPECT_EQ(verdict.outcome, Outcome::kXfail);
}

}  // namespace
}  // namespace mortise::conformance
