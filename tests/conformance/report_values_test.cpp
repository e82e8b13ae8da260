// What reports are made of: sums, shards, scores, expected failures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "conformance/report/environment.h"
#include "conformance/report/expectations.h"
#include "conformance/report/score.h"
#include "conformance/report/sha256.h"

namespace mortise::conformance {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// FIPS 180-4's examples; the lengths around a block's end were computed with coreutils.
TEST(Sha256, IsWhatTheStandardSays) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(sha256(std::string(55, 'x')), "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
  EXPECT_EQ(sha256(std::string(56, 'x')), "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
  EXPECT_EQ(sha256(std::string(64, 'x')), "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
}

TEST(Shards, AreReadFromTheCommandLine) {
  EXPECT_EQ(parse_shard("2/4").value(), (Shard{2, 4}));
  for (const char* bad : {"", "2", "0/4", "5/4", "2/", "/4", "-1/4", "2/4x", "1/100001", "99999999999/4"}) {
    EXPECT_THAT(parse_shard(bad).status().message(), HasSubstr("is no shard")) << bad;
  }
}

Result<Shard> shard_in(const std::map<std::string, std::string>& variables) {
  return shard_of([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(Shards, AreReadFromTheEnvironmentWhereTheyCountFromZero) {
  EXPECT_EQ(shard_in({}).value(), Shard{});
  EXPECT_EQ(shard_in({{"JOB_COMPLETION_INDEX", "3"}}).value(), Shard{});
  EXPECT_EQ(shard_in({{"GTEST_TOTAL_SHARDS", "4"}, {"GTEST_SHARD_INDEX", "0"}}).value(), (Shard{1, 4}));
  EXPECT_EQ(shard_in({{"GTEST_TOTAL_SHARDS", "4"}, {"JOB_COMPLETION_INDEX", "3"}}).value(), (Shard{4, 4}));
  EXPECT_THAT(shard_in({{"GTEST_TOTAL_SHARDS", "4"}}).status().message(), HasSubstr("JOB_COMPLETION_INDEX"));
  EXPECT_THAT(shard_in({{"GTEST_TOTAL_SHARDS", "4"}, {"GTEST_SHARD_INDEX", "4"}}).status().message(),
              StartsWith("GTEST_SHARD_INDEX=4 with GTEST_TOTAL_SHARDS=4"));
  EXPECT_FALSE(shard_in({{"GTEST_TOTAL_SHARDS", "0"}, {"GTEST_SHARD_INDEX", "0"}}).ok());
}

TEST(Shards, ShareTheCasesEvenlyAndEachOnce) {
  constexpr int kCases = 10000, kShards = 7;
  for (int i = 0, sizes[kShards] = {}; i < kCases; ++i) {
    int owners = 0;
    for (uint32_t shard = 1; shard <= kShards; ++shard) {
      if (!Shard{shard, kShards}.contains(concat("case-", i))) continue;
      ++owners;
      ++sizes[shard - 1];
    }
    ASSERT_EQ(owners, 1);
    if (i + 1 < kCases) continue;
    for (const int size : sizes) EXPECT_NEAR(size, kCases / kShards, 150);  // four standard deviations
  }
}

TEST(Dates, ComeFromTheEnvironmentWhereItHasOne) {
  setenv("SOURCE_DATE_EPOCH", "1709251199", 1);
  EXPECT_EQ(date_text(run_time()), "2024-02-29T23:59:59Z");
  setenv("SOURCE_DATE_EPOCH", "yesterday", 1);
  EXPECT_GT(date_text(run_time()), "2024-02-29T23:59:59Z");
  unsetenv("SOURCE_DATE_EPOCH");
}

CaseResult result(Outcome outcome) { return {.name = "one", .suite = "abi", .verdict = {.outcome = outcome}}; }

TEST(Scores, CountEveryCaseOnce) {
  Results results;
  for (int i = 0; i < kNumOutcomes; ++i) results.cases.push_back(result(static_cast<Outcome>(i)));
  const Score lenient = score_of(results);
  EXPECT_EQ(lenient.passed, 2u);   // PASS, XPASS
  EXPECT_EQ(lenient.failed, 6u);   // FAIL, OVERCLAIM, CRASH, TIMEOUT, LEAK, MISTRUSTED
  EXPECT_EQ(lenient.skipped, 4u);  // UNCLAIMED, SKIP, XFAIL, NOTRUN
  EXPECT_EQ(lenient.rate(), 2.0 / 8);
  EXPECT_EQ(lenient.rate_with_expected(), 2.0 / 9);
  results.strict = true;
  EXPECT_EQ(score_of(results).failed, 7u);
}

TEST(Scores, OfARunThatShowsNothingAreNoSuccess) {
  Results results;
  EXPECT_FALSE(succeeded(results));
  results.cases = {result(Outcome::kSkip), result(Outcome::kUnclaimed)};
  EXPECT_EQ(verdict_text(results), "nothing passed, so nothing is shown");
  results.shard = {1, 2};  // another shard may have something to show
  EXPECT_TRUE(succeeded(results));
  results.cases.push_back(result(Outcome::kPass));
  results.shard = {};
  EXPECT_TRUE(succeeded(results));
  results.problems.push_back("the run ended early");
  EXPECT_EQ(verdict_text(results), "the run ended early");
}

std::vector<Case> catalogue() {
  std::vector<Case> cases(3);
  cases[0].name = "conv-1-float32-basic";
  cases[1].name = "conv-11-float32-basic";
  cases[2].name = "relu-6-float32-basic";
  return cases;
}
std::string entry(const std::string& glob, const std::string& expires = "2027-01-31") {
  return R"([{"case": ")" + glob +
         R"(", "reason": "pads wrongly", "url": "https://bugs/1", "owner": "kim", "expires": ")" + expires + "\"}]";
}
constexpr std::chrono::sys_days kToday = std::chrono::year(2027) / 1 / 31;

TEST(Expectations, TurnFailuresIntoExpectedOnesAndPassesIntoUnexpected) {
  const auto cases = catalogue();
  const Expectations expectations = Expectations::parse(entry("conv-1?-*"), cases).value();
  Verdict crash{.outcome = Outcome::kCrash, .sentence = "signal 11"};
  expectations.apply("conv-11-float32-basic", kToday, crash);
  EXPECT_EQ(crash.outcome, Outcome::kXfail);
  EXPECT_EQ(crash.sentence, "CRASH: signal 11; expected: pads wrongly (kim, https://bugs/1)");
  Verdict good = pass("right");
  expectations.apply("conv-11-float32-basic", kToday, good);
  EXPECT_EQ(good.outcome, Outcome::kXpass);
  Verdict other{.outcome = Outcome::kFail};
  expectations.apply("conv-1-float32-basic", kToday, other);
  EXPECT_EQ(other.outcome, Outcome::kFail);
  Verdict unclaimed{.outcome = Outcome::kUnclaimed};
  expectations.apply("conv-11-float32-basic", kToday, unclaimed);
  EXPECT_EQ(unclaimed.outcome, Outcome::kUnclaimed);
  EXPECT_THAT(expectations.expired(kToday), IsEmpty());
}

TEST(Expectations, ExpireAfterTheirDay) {
  const auto cases = catalogue();
  const Expectations expectations = Expectations::parse(entry("relu*"), cases).value();
  Verdict verdict{.outcome = Outcome::kFail, .sentence = "wrong"};
  expectations.apply("relu-6-float32-basic", kToday + std::chrono::days(1), verdict);
  EXPECT_EQ(verdict.outcome, Outcome::kFail);
  EXPECT_THAT(verdict.sentence, StartsWith("wrong; it was expected until 2027-01-31: pads wrongly"));
  EXPECT_THAT(expectations.expired(kToday + std::chrono::days(1)),
              ElementsAre(HasSubstr("'relu*' expired on 2027-01-31")));
}

TEST(Expectations, ThatAreWrongAreAnsweredWithThePlace) {
  const auto cases = catalogue();
  const auto fault = [&](const std::string& json) { return Expectations::parse(json, cases).status().message(); };
  EXPECT_THAT(fault(entry("gemm-*")), StartsWith("/0/case: 'gemm-*' matches no case"));
  EXPECT_THAT(fault(entry("relu*", "2027-02-30")), StartsWith("/0/expires: '2027-02-30' is no day"));
  EXPECT_THAT(fault(entry("relu*", "tomorrow")), StartsWith("/0/expires: "));
  EXPECT_THAT(fault(R"([{"case": "relu*"}])"), AllOf(StartsWith("/0: "), HasSubstr("is missing")));
  EXPECT_THAT(fault("{}"), StartsWith("/: has the wrong type"));
  EXPECT_THAT(fault("[{]"), StartsWith("line 1, column"));
}

TEST(Expectations, TakeNothingButStarsAndQuestionMarksForPatterns) {
  std::vector<Case> cases(1);
  cases[0].name = "axb";
  EXPECT_FALSE(Expectations::parse(entry("a.b"), cases).ok());
  EXPECT_FALSE(Expectations::parse(entry("a[x]b"), cases).ok());
  EXPECT_TRUE(Expectations::parse(entry("a?b"), cases).ok());
}

}  // namespace
}  // namespace mortise::conformance
