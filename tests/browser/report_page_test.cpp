// The page of a conformance report as a reader meets it: failures first, with the way to see them again, and filters that
// answer at once over ten thousand cases.
//
// MORTISE_SCREENSHOTS=FOLDER keeps a picture of every page at its end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <limits>

#include "conformance/report/formats.h"
#include "conformance/report/score.h"
#include "tests/browser/browser.h"
#include "tests/conformance/report_results.h"

namespace mortise::conformance {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr size_t kMany = 10000;

class ReportPage : public testing::Test {
 protected:
  void SetUp() override {
    const auto chromium = Browser::find();
    if (!chromium) GTEST_SKIP() << "no Chromium is installed; scripts/install-deps.sh --browser installs it";
    browser_ = std::make_unique<Browser>(*chromium);
    browser_->resize(1280, 800);
  }
  void TearDown() override {
    if (browser_ == nullptr) return;
    EXPECT_THAT(browser_->problems(), IsEmpty());
    if (const char* folder = std::getenv("MORTISE_SCREENSHOTS"); folder != nullptr)
      browser_->screenshot(fs::path(folder) / ("Report" + std::string(name()) + ".png"));
  }

  static const char* name() { return testing::UnitTest::GetInstance()->current_test_info()->name(); }

  void open(const Results& results) {
    const fs::path file = fs::path(testing::TempDir()) / ("mortise_report_" + std::string(name()) + ".html");
    std::ofstream(file, std::ios::binary) << write_html(results, "/runs");
    browser_->open(file);
    wait_for_frame();
  }
  void wait_for_frame() {
    browser_->evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
  }
  nlohmann::json evaluate(const std::string& expression) { return browser_->evaluate(expression); }
  std::string text_of(const std::string& id) { return evaluate("byId('" + id + "').innerText"); }
  void view(const std::string& which) {
    evaluate("document.querySelector('[data-view=" + which + "]').click()");
    wait_for_frame();
  }
  // Sets a filter as a person does.
  void choose(const std::string& id, const std::string& value) {
    evaluate("byId('" + id + "').value = '" + value + "', byId('" + id + "').dispatchEvent(new Event('change'))");
    wait_for_frame();
  }
  std::string count() { return evaluate("byId('count').textContent"); }

  std::unique_ptr<Browser> browser_;
};

TEST_F(ReportPage, BeginsWithTheVerdictAndTheFirstFailure) {
  const Results results = synthetic_results(kMany);
  open(results);
  EXPECT_THAT(text_of("verdict"), HasSubstr("Not conformant: " + verdict_text(results)));
  EXPECT_THAT(text_of("score"), HasSubstr(concat(score_of(results).failed, " failed")));
  const std::string details = text_of("details");
  EXPECT_THAT(details,
              AllOf(HasSubstr("mortise-conformance reproduce "), HasSubstr(" /plugins/libvendor_npu.so --options"),
                    HasSubstr("artifacts/"), HasSubstr("FAIL")));
  EXPECT_THAT(evaluate("document.querySelector('#details a').href").get<std::string>(), HasSubstr("/artifacts/"));
  EXPECT_EQ(evaluate("table.view.rows.length"), score_of(results).failed);
}

TEST_F(ReportPage, SaysWhichCommandsWereNotTried) {
  open(synthetic_results(kMany));
  choose("outcome", "FAIL");
  EXPECT_THAT(text_of("details"), HasSubstr("To run it again:\n"));
  choose("outcome", "CRASH");
  EXPECT_THAT(text_of("details"), HasSubstr("To run it again, not tried alone: where the command passes, "));
}

TEST_F(ReportPage, FiltersTenThousandCasesWithinASecond) {
  open(synthetic_results(kMany));
  view("cases");
  EXPECT_EQ(count(), "10000 of 10000 cases");
  EXPECT_LT(evaluate("document.getElementsByTagName('*').length").get<int>(), 1000);
  for (const char* which : {"failures", "matrix", "cases", "accuracy", "refusals", "figures"}) {
    view(which);
    const double spent = evaluate(
        "(() => { const begin = performance.now(); byId('search').value = 'sentence 77'; byId('search').oninput(); "
        "document.body.offsetHeight; return performance.now() - begin; })()");
    EXPECT_LT(spent, 1000) << which;
    evaluate("byId('search').value = '', byId('search').oninput()");
  }
  evaluate("byId('search').value = 'sentence 7777', byId('search').oninput()");
  EXPECT_EQ(count(), "1 of 10000 cases");
}

TEST_F(ReportPage, FiltersBySuiteOutcomeOperatorAndType) {
  const Results results = synthetic_results(kMany);
  open(results);
  const auto matching = [&](auto test) {
    return concat(std::count_if(results.cases.begin(), results.cases.end(), test), " of 10000 cases");
  };
  choose("suite", "ops");
  EXPECT_EQ(count(), matching([](const CaseResult& one) { return one.suite == "ops"; }));
  choose("op", "Conv");
  EXPECT_EQ(count(), matching([](const CaseResult& one) { return one.suite == "ops" && one.at.op == "Conv"; }));
  choose("dtype", "float16");
  choose("outcome", "PASS");
  EXPECT_EQ(count(), matching([](const CaseResult& one) {
              return one.suite == "ops" && one.at.op == "Conv" && one.at.dtype == DType::kF16 &&
                     one.verdict.outcome == Outcome::kPass;
            }));
}

TEST_F(ReportPage, OpensTheCasesOfACellOfTheMatrix) {
  open(synthetic_results(kMany));
  view("matrix");
  EXPECT_EQ(evaluate("table.view.rows.length"), 16);
  evaluate("document.querySelector('.row:not(.head) .cell.bad').click()");
  wait_for_frame();
  EXPECT_EQ(evaluate("view"), "cases");
  EXPECT_EQ(evaluate("shown.every(one => one.operator === byId('op').value && one.dtype === byId('dtype').value)"),
            true);
}

TEST_F(ReportPage, KeepsTheOperatorsInSightWhenTheMatrixScrolls) {
  browser_->resize(390, 844);
  open(synthetic_results(kMany));
  view("matrix");
  EXPECT_EQ(evaluate("[...document.querySelectorAll('.row.head span')].every(s => s.title === s.textContent)"), true);
  evaluate("byId('table').scrollLeft = 300");
  wait_for_frame();
  EXPECT_EQ(evaluate("byId('table').scrollLeft"), 300);
  for (const char* row : {".row.head", ".row:not(.head)"}) {
    EXPECT_EQ(evaluate(concat("document.querySelector('", row, " .fixed').getBoundingClientRect().left")),
              evaluate("byId('table').getBoundingClientRect().left"))
        << row;
  }
}

TEST_F(ReportPage, SaysWhereAnExactResultIsRequired) {
  Results results = synthetic_results(200);
  results.cases[50].verdict = {.outcome = Outcome::kOverclaim, .sentence = "wrong"};
  results.cases[50].verdict.accuracy = {
      .max_ulp = 3, .bound_used = std::numeric_limits<double>::infinity(), .elements = 1};
  open(results);
  view("accuracy");
  EXPECT_EQ(evaluate("document.querySelector('.row:not(.head) .number.bad').textContent"), "∞ ×");
  evaluate("showCase(data.cases[50])");
  EXPECT_THAT(text_of("details"), HasSubstr("max 3 ulp, p99 0 ulp, beyond any bound: an exact result is required, "));
}

TEST_F(ReportPage, ShowsAccuracyWithItsWorstInput) {
  open(synthetic_results(kMany));
  view("accuracy");
  EXPECT_THAT(text_of("table"), HasSubstr("0.25 instead of 0.5"));
  // The bars of the histogram are all the measured cases.
  EXPECT_EQ(evaluate("[...document.querySelectorAll('#histogram span:first-child')].reduce((sum, s) => sum + "
                     "Number(s.textContent), 0)"),
            evaluate("data.cases.filter(one => one.verdict.accuracy).length"));
}

TEST_F(ReportPage, GroupsRefusalsByTheProvidersOwnReasons) {
  open(synthetic_results(kMany));
  view("refusals");
  EXPECT_THAT(text_of("table"), HasSubstr("does not take float16"));
  evaluate("document.querySelector('.row:not(.head)').click()");
  EXPECT_THAT(text_of("details"), HasSubstr("UNCLAIMED"));
}

TEST_F(ReportPage, ShowsFigures) {
  open(synthetic_results(kMany));
  view("figures");
  EXPECT_THAT(text_of("table"), AllOf(HasSubstr("warm"), HasSubstr("GB/s")));
}

TEST_F(ReportPage, ScrollsToTheLastCase) {
  open(synthetic_results(kMany));
  view("cases");
  evaluate("byId('table').scrollTop = 1e9");
  wait_for_frame();
  EXPECT_THAT(text_of("table"), HasSubstr("sentence 9999"));
}

TEST_F(ReportPage, FitsATelephone) {
  browser_->resize(390, 844);
  open(synthetic_results(kMany));
  EXPECT_LE(evaluate("document.documentElement.scrollWidth").get<int>(), 390);
  // Room for the names of cases, which begin alike.
  EXPECT_GE(evaluate("document.querySelector('#table .name').clientWidth").get<int>(), 150);
  for (const char* which : {"matrix", "accuracy"}) {
    view(which);
    EXPECT_LE(evaluate("document.documentElement.scrollWidth").get<int>(), 390) << which;
  }
}

TEST_F(ReportPage, IsDarkWherePreferred) {
  open(synthetic_results(kMany));
  const auto light = evaluate("getComputedStyle(document.body).backgroundColor");
  browser_->prefer_dark(true);
  view("matrix");
  EXPECT_NE(evaluate("getComputedStyle(document.body).backgroundColor"), light);
}

TEST_F(ReportPage, TakesNothingOfAPluginForMarkup) {
  Results results = synthetic_results(200);
  const std::string hostile = "</script><script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'><!--";
  results.provider.name = results.provider.device = hostile;
  results.problems = results.notes = {hostile};
  for (CaseResult& one : results.cases) {
    one.verdict.sentence = one.verdict.accuracy.worst = one.at.op = hostile;
    if (is_failure(one.verdict.outcome)) one.verdict.artifact = "javascript:window.harmed=1";
  }
  open(results);
  for (const char* which : {"matrix", "cases", "accuracy", "failures"}) view(which);
  EXPECT_THAT(text_of("details"), HasSubstr(hostile));
  EXPECT_EQ(evaluate("document.querySelector('#details a').protocol"), "file:");
  EXPECT_EQ(evaluate("window.harmed === undefined"), true);
}

TEST_F(ReportPage, OfAnEmptyRunIsNoFault) {
  open(synthetic_results(0));
  EXPECT_THAT(text_of("verdict"), HasSubstr("nothing passed"));
  EXPECT_EQ(count(), "0 of 0 cases");
}

}  // namespace
}  // namespace mortise::conformance
