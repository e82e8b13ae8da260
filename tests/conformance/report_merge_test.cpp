// Shards put together, and two runs compared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "conformance/report/compare.h"
#include "conformance/report/merge.h"
#include "conformance/report/score.h"
#include "tests/conformance/report_results.h"

namespace mortise::conformance {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Part> shards_of(const Results& whole, uint32_t count) {
  std::vector<Part> parts;
  for (uint32_t i = 1; i <= count; ++i) {
    Results part = whole;
    part.shard = {i, count};
    std::erase_if(part.cases, [&](const CaseResult& result) { return !part.shard.contains(result.name); });
    parts.push_back({concat("part", i, ".json"), std::move(part)});
  }
  return parts;
}

std::vector<std::string> names_of(const Results& results) {
  std::vector<std::string> names;
  for (const CaseResult& result : results.cases) names.push_back(result.name);
  std::sort(names.begin(), names.end());
  return names;
}

TEST(Merge, OfAllShardsInAnyOrderIsTheWhole) {
  const Results whole = synthetic_results(500);
  std::vector<Part> parts = shards_of(whole, 4);
  std::reverse(parts.begin(), parts.end());
  parts[1].results.hosts = {{.cpu = "Another CPU", .threads = 4, .kernel = "Linux"}};
  const Result<Results> merged = merge(std::move(parts));
  ASSERT_TRUE(merged.ok()) << merged.status().message();
  EXPECT_EQ(names_of(*merged), names_of(whole));
  EXPECT_EQ(score_of(*merged).outcomes, score_of(whole).outcomes);
  EXPECT_TRUE(merged->shard.whole());
  EXPECT_EQ(merged->hosts.size(), 2u);
  EXPECT_EQ(merged->seconds, 4 * whole.seconds);
  EXPECT_EQ(merged->cases.front().suite, "abi");
  EXPECT_EQ(merged->cases.back().suite, whole.cases.back().suite);
}

TEST(Merge, KeepsWhatEachPartSaysOfItself) {
  std::vector<Part> parts = shards_of(synthetic_results(200), 2);
  parts[0].results.settings.artifacts = "/one";
  std::map<std::string, std::string> commands;
  for (Part& part : parts) {
    for (CaseResult& result : part.results.cases) {
      if (is_failure(result.verdict.outcome)) result.reproduce = commands[result.name] = concat(part.file, result.name);
    }
  }
  const Result<Results> merged = merge(std::move(parts));
  ASSERT_TRUE(merged.ok()) << merged.status().message();
  EXPECT_EQ(merged->settings.artifacts, "");
  ASSERT_FALSE(commands.empty());
  for (const CaseResult& result : merged->cases) {
    if (is_failure(result.verdict.outcome)) {
      EXPECT_EQ(result.reproduce, commands[result.name]);
    }
  }
}

TEST(Merge, RefusesPartsOfDifferentRuns) {
  const auto fault = [](auto change) {
    std::vector<Part> parts = shards_of(synthetic_results(100), 2);
    change(parts[1].results);
    return merge(std::move(parts)).status().message();
  };
  EXPECT_THAT(fault([](Results& r) { r.plugin_sha256 = std::string(64, 'c'); }),
              AllOf(HasSubstr("part1.json and part2.json are not of one run"), HasSubstr("the binary (SHA-256) is")));
  EXPECT_THAT(fault([](Results& r) { r.suite_version = "0.9.0"; }), HasSubstr("the suite version is 1.0.0"));
  EXPECT_THAT(fault([](Results& r) { r.settings.seed = 8; }), HasSubstr("the seed is 7 in the one and 8 in the other"));
  EXPECT_THAT(fault([](Results& r) { r.provider.options = "{}"; }), HasSubstr("the provider options is"));
  EXPECT_THAT(fault([](Results& r) { r.provider.id = "com.other"; }), HasSubstr("the provider is"));
  EXPECT_THAT(fault([](Results& r) { r.selection.sha256 = std::string(64, 'd'); }),
              HasSubstr("the selection of cases"));
  EXPECT_THAT(fault([](Results& r) { r.shard.count = 3; }), HasSubstr("the number of shards is 2"));
}

TEST(Merge, RefusesMissingAndDoubleShards) {
  std::vector<Part> parts = shards_of(synthetic_results(100), 3);
  EXPECT_THAT(merge({parts[0], parts[2]}).status().message(), HasSubstr("shard 2 of 3 is missing; name the"));
  EXPECT_THAT(merge({parts[1]}).status().message(), HasSubstr("shard 1 of 3 is missing, and 1 more; name the"));
  EXPECT_THAT(merge({parts[0], parts[1], parts[0]}).status().message(),
              HasSubstr("part1.json and part1.json are both shard 1 of 3"));
  parts[2].results.cases.pop_back();
  EXPECT_THAT(merge(parts).status().message(), HasSubstr("the shards have 99 cases, but 100 were chosen"));
  parts[2].results.cases.push_back(parts[1].results.cases[0]);
  EXPECT_THAT(merge(parts).status().message(), HasSubstr("is in two shards"));
}

// One case before and after.
Comparison compared(const Verdict& before, const Verdict& after) {
  Results then = synthetic_results(1), now = then;
  then.cases[0].verdict = before;
  now.cases[0].verdict = after;
  return compare(then, now, 0.1);
}

TEST(Compare, OfARunWithItselfFindsNothing) {
  const Results results = synthetic_results(1000);
  const Comparison same = compare(results, results, 0);
  EXPECT_FALSE(same.regressed());
  EXPECT_EQ(to_text(same), "0 regressions, 0 improvements\n");
}

TEST(Compare, TellsFailuresAndClaims) {
  const Verdict good{.outcome = Outcome::kPass}, bad{.outcome = Outcome::kCrash, .sentence = "signal 11"};
  const Verdict unclaimed{.outcome = Outcome::kUnclaimed}, known{.outcome = Outcome::kXfail};
  EXPECT_EQ(compared(good, bad).new_failures.at(0).sentence, "PASS became CRASH: signal 11");
  EXPECT_EQ(compared(unclaimed, bad).new_failures.size(), 1u);
  EXPECT_EQ(compared(good, known).new_failures.size(), 1u);
  EXPECT_FALSE(compared(known, bad).regressed());
  EXPECT_EQ(compared(good, unclaimed).claims_lost.size(), 1u);
  EXPECT_TRUE(compared(good, unclaimed).regressed());
  EXPECT_EQ(compared(unclaimed, good).claims_won.size(), 1u);
  const Verdict skipped{.outcome = Outcome::kSkip, .sentence = "no such extension"};
  EXPECT_EQ(compared(good, skipped).claims_lost.at(0).sentence, "PASS became SKIP: no such extension");
  EXPECT_EQ(compared(bad, skipped).claims_lost.size(), 1u);
  EXPECT_EQ(compared(skipped, good).claims_won.size(), 1u);
  EXPECT_FALSE(compared(unclaimed, skipped).regressed());
  EXPECT_EQ(compared(bad, good).fixed.size(), 1u);
  EXPECT_FALSE(compared(bad, good).regressed());
  EXPECT_EQ(compared(good, {.outcome = Outcome::kNotRun}).gone.size(), 1u);
}

TEST(Compare, FindsLargerErrorsBeyondRoundingAndTheThreshold) {
  const auto with_error = [](double ulp) {
    Verdict verdict{.outcome = Outcome::kPass};
    verdict.accuracy = {.max_ulp = ulp, .elements = 1, .worst = "output 0"};
    return verdict;
  };
  EXPECT_EQ(compared(with_error(1), with_error(1.2)).less_accurate.at(0).sentence,
            "up to 1.2 ulp instead of 1; output 0");
  EXPECT_THAT(compared(with_error(1), with_error(1.05)).less_accurate, IsEmpty());
  EXPECT_THAT(compared(with_error(0), with_error(0.5)).less_accurate, IsEmpty());
  EXPECT_THAT(compared({.outcome = Outcome::kPass}, with_error(9)).less_accurate, IsEmpty());
}

TEST(Compare, KnowsWhichFiguresAreBetterWhenTheyGrow) {
  const auto with_figure = [](double value, const char* unit) {
    Verdict verdict{.outcome = Outcome::kPass};
    verdict.figures = {{"warm", value, unit}};
    return verdict;
  };
  EXPECT_EQ(compared(with_figure(100, "ns"), with_figure(130, "ns")).slower.at(0).sentence,
            "warm: 130 ns instead of 100 ns");
  EXPECT_THAT(compared(with_figure(100, "ns"), with_figure(50, "ns")).slower, IsEmpty());
  EXPECT_THAT(compared(with_figure(100, "ns"), with_figure(109, "ns")).slower, IsEmpty());
  EXPECT_EQ(compared(with_figure(100, "GB/s"), with_figure(50, "GB/s")).slower.size(), 1u);
  EXPECT_THAT(compared(with_figure(100, "GFLOP/s"), with_figure(130, "GFLOP/s")).slower, IsEmpty());
}

TEST(Compare, TellsCasesThatCameAndWent) {
  Results before = synthetic_results(20), after = before;
  before.cases.erase(before.cases.begin());
  after.cases[0].verdict.outcome = Outcome::kFail;
  after.cases.pop_back();
  after.settings.seed = 8;
  const Comparison comparison = compare(before, after, 0.1);
  EXPECT_THAT(comparison.new_failures.at(0).sentence, HasSubstr("a new case became FAIL"));
  EXPECT_EQ(comparison.gone.size(), 1u);
  EXPECT_THAT(to_text(comparison),
              AllOf(HasSubstr("note: the seed is 8 instead of 7\n"), HasSubstr("new failures (1)\n")));
  EXPECT_EQ(to_json(comparison)["new_failures"].size(), 1u);
  EXPECT_EQ(to_json(comparison)["regressed"], true);
}

}  // namespace
}  // namespace mortise::conformance
