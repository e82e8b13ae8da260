// Each format of a report: what it says, and that nothing a plugin wrote breaks out of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "conformance/report/embedded.h"
#include "conformance/report/formats.h"
#include "conformance/report/score.h"
#include "core/config/schema_check.h"
#include "tests/conformance/report_results.h"

namespace mortise::conformance {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::filesystem::path kFolder = "/runs";

TEST(JsonReport, FitsItsSchema) {
  const auto schema = nlohmann::json::parse(report_schema());
  const auto report = nlohmann::json::parse(write_json(synthetic_results(1000), kFolder));
  const Status status = check_against_schema(schema, report, "");
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(JsonReport, IsReadAsItWasWritten) {
  const Results results = synthetic_results(1000);
  const std::string text = write_json(results, kFolder);
  const Result<Results> read = parse_report(text, kFolder);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->cases.size(), results.cases.size());
  EXPECT_EQ(write_json(*read, kFolder), text);
  EXPECT_EQ(score_of(*read).outcomes, score_of(results).outcomes);
}

TEST(JsonReport, NamesModelsRelativeToItself) {
  const Results results = synthetic_results(200);
  const auto report = nlohmann::json::parse(write_json(results, "/runs/reports"));
  const auto failed = std::find_if(report["cases"].begin(), report["cases"].end(),
                                   [](const auto& one) { return one["verdict"].contains("artifact"); });
  ASSERT_NE(failed, report["cases"].end());
  EXPECT_THAT((*failed)["verdict"]["artifact"].get<std::string>(), StartsWith("../artifacts/"));
}

TEST(JsonReport, ThatIsNoneIsRefusedWithThePlace) {
  nlohmann::json report = nlohmann::json::parse(write_json(synthetic_results(10), kFolder));
  const auto fault = [&](const char* pointer, const nlohmann::json& value) {
    nlohmann::json changed = report;
    changed[nlohmann::json::json_pointer(pointer)] = value;
    return parse_report(changed.dump(), kFolder).status().message();
  };
  EXPECT_THAT(fault("/format", "other/2"), StartsWith("/format: is none of the allowed values"));
  EXPECT_THAT(fault("/cases/3/verdict/outcome", "GOOD"), StartsWith("/cases/3/verdict/outcome: "));
  EXPECT_THAT(fault("/cases/3/surprise", 1), StartsWith("/cases/3/surprise: unknown key"));
  EXPECT_THAT(fault("/shard/index", 0), StartsWith("/shard/index: "));
  EXPECT_THAT(fault("/shard/index", 2), StartsWith("/shard/index: 2 of 1 shards is none"));
  EXPECT_THAT(fault("/provider", 1), StartsWith("/provider: has the wrong type"));
  EXPECT_THAT(fault("/settings/seed", 1e30), Not(::testing::IsEmpty()));
  EXPECT_THAT(parse_report("[]", kFolder).status().message(), StartsWith("/: has the wrong type"));
  EXPECT_THAT(parse_report("{", kFolder).status().message(), StartsWith("line 1"));
}

// What no number in JSON can be, and bytes that are no text.
TEST(JsonReport, CarriesWhatJsonDoesNotHave) {
  Results results = synthetic_results(1);
  results.cases[0].verdict = {.outcome = Outcome::kOverclaim, .sentence = "bytes \xff\x01"};
  results.cases[0].verdict.accuracy = {.max_ulp = std::numeric_limits<double>::infinity(), .elements = 1};
  const Result<Results> read = parse_report(write_json(results, kFolder), kFolder);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->cases[0].verdict.accuracy.max_ulp, std::numeric_limits<double>::max());
}

Results hostile() {
  Results results = synthetic_results(1);
  results.cases[0].name = "one";
  results.cases[0].verdict = {
      .outcome = Outcome::kFail, .sentence = "a \"<b>&\x1b[31m\xff", .requirement = "MORTISE-P-001"};
  results.cases[0].reproduce = reproduction(results, results.cases[0]);
  results.problems = {"<interrupted>"};
  return results;
}

TEST(JunitReport, IsAsApproved) {
  Results results = hostile();
  EXPECT_EQ(write_junit(results, kFolder), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mortise-conformance">
 <testsuite name="ops" tests="1" failures="1" errors="0" skipped="0" time="0.000" timestamp="2026-01-31T12:00:00Z">
  <testcase classname="ops" name="one" time="0.000"><failure type="FAIL" message="a &quot;&lt;b&gt;&amp;�[31m�">requirement: MORTISE-P-001
reproduce: mortise-conformance reproduce one /plugins/libvendor_npu.so --options '{&quot;precision&quot;: &quot;half&quot;}' --seed 7</failure></testcase>
 </testsuite>
 <testsuite name="run" tests="1" failures="1" errors="0" skipped="0" time="0.000" timestamp="2026-01-31T12:00:00Z">
  <testcase classname="run" name="problem-1" time="0.000"><failure message="&lt;interrupted&gt;"/></testcase>
 </testsuite>
</testsuites>
)");
  results.cases[0].verdict.outcome = Outcome::kTimeout;
  results.cases[0].verdict.untried_alone = true;
  EXPECT_THAT(write_junit(results, kFolder), HasSubstr(R"(failures="0" errors="1")"));
  EXPECT_THAT(write_junit(results, kFolder), HasSubstr(" --seed 7\nnot tried alone: where the command passes, "));
  results.cases[0].verdict.outcome = Outcome::kSkip;
  EXPECT_THAT(write_junit(results, kFolder), HasSubstr(R"(<skipped message="SKIP: a)"));
}

TEST(JunitReport, HasNoCharacterThatXmlForbids) {
  Results results = synthetic_results(1);
  results.cases[0].verdict = {.outcome = Outcome::kFail, .sentence = "\uFFFE\uFFFF|\uFFFD|\uFFEE\u0fbf\U0001FFFE|\x07"};
  EXPECT_THAT(write_junit(results, kFolder),
              HasSubstr("message=\"\uFFFD\uFFFD|\uFFFD|\uFFEE\u0fbf\U0001FFFE|\uFFFD\""));
}

TEST(Badge, SaysHowItWent) {
  Results results = synthetic_results(1);
  results.cases[0].verdict.outcome = Outcome::kPass;
  EXPECT_THAT(write_badge(results, kFolder), HasSubstr("conformance: 1 passed"));
  results.cases.push_back(results.cases[0]);
  results.cases[1].verdict.outcome = Outcome::kLeak;
  EXPECT_THAT(write_badge(results, kFolder), HasSubstr("conformance: 1 of 2 failed"));
  results.cases.clear();
  EXPECT_THAT(write_badge(results, kFolder), HasSubstr("conformance: not passed"));
}

TEST(Reproduction, IsOneWordForAShellWhereItMustBe) {
  Results results{
      .settings = {.plugin = "/a folder/it's.so", .provider = "com.vendor.npu", .graphs = 5, .vectors = {"/v"}}};
  EXPECT_EQ(
      reproduction(results, {.name = "graph-1", .suite = "graphs"}),
      "mortise-conformance reproduce graph-1 '/a folder/it'\\''s.so' --provider com.vendor.npu --seed 1 --budget 5 "
      "--vectors /v");
  EXPECT_THAT(reproduction({}, {.name = "one", .suite = "abi"}),
              StartsWith("mortise-conformance reproduce one reference "));
}

TEST(Reproduction, HasTheFolderForModelsThatWasGiven) {
  Results results = synthetic_results(1);
  EXPECT_THAT(reproduction(results, results.cases[0]), Not(HasSubstr("--artifacts")));
  EXPECT_FALSE(nlohmann::json::parse(write_json(results, kFolder))["settings"].contains("artifacts"));
  results.settings.artifacts = "/my models";
  EXPECT_THAT(reproduction(results, results.cases[0]), EndsWith(" --seed 7 --artifacts '/my models'"));
  const Result<Results> read = parse_report(write_json(results, kFolder), kFolder);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->settings.artifacts, "/my models");
}

// A worker runs cases in the order of the catalogue, whatever the filter.
TEST(Reproduction, OfAFailureBehindOtherCasesRunsThose) {
  Results results = synthetic_results(1);
  results.selection.suites = {"abi", "ops"};
  results.selection.filter = "float";
  results.shard = {2, 4};
  CaseResult& result = results.cases[0];
  result.name = "three";
  result.verdict.after = {"one", "two"};
  EXPECT_THAT(reproduction(results, result),
              EndsWith(" --suite abi,ops --filter '^(one|two|three)$' --jobs 1 --seed 7"));
  result.verdict.after->clear();
  EXPECT_THAT(reproduction(results, result), EndsWith(" --suite abi,ops --filter float --shard 2/4 --jobs 1 --seed 7"));
}

TEST(Reproduction, HasTheLimitsThatWereGiven) {
  Results results = synthetic_results(1);
  results.limits = {.timeout = 2.5, .memory_mib = 512};
  EXPECT_THAT(reproduction(results, results.cases[0]), EndsWith(" --seed 7 --timeout 2.5 --memory 512"));
  const Result<Results> read = parse_report(write_json(results, kFolder), kFolder);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(reproduction(*read, read->cases[0]), reproduction(results, results.cases[0]));
}

}  // namespace
}  // namespace mortise::conformance
