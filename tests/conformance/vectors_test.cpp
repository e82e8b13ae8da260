// The vectors suite as the command runs it, on test cases in a folder of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/cases/vectors.h"
#include "tests/tools/command_runner.h"
#include "tests/tools/neg_case.h"

namespace mortise {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// What the folder's cases come out as, whatever vectors the machine has besides.
CommandResult validate(const std::string& plugin) {
  return run_command("validate " + plugin +
                     " --suite vectors --vectors cases --filter '^vector-cases-' --report-json r.json");
}

std::string report() { return read_file(test_folder() / "r.json"); }

TEST(Vectors, AreListedByFolderAndName) {
  write_case("test_Neg__of_two", -1, -2);
  write_case("test_neg_twice/test_Neg__of_two", -1, -2);
  const CommandResult result = run_command("list --suite vectors --vectors cases --vectors cases");
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_THAT("\n" + result.out,
              AllOf(HasSubstr("\nvector-cases-neg-of-two\n"), HasSubstr("\nvector-test-neg-twice-neg-of-two\n")));
  EXPECT_EQ(result.out.find("vector-cases-neg-of-two"), result.out.rfind("vector-cases-neg-of-two"));
}

TEST(Vectors, PassWhereTheOutputsAreTheStoredOnes) {
  write_case("test_right", -1, -2);
  const CommandResult result = validate("reference");
  EXPECT_EQ(result.code, 0) << result.out << result.error;
  EXPECT_THAT(result.out, HasSubstr("\n1 passed, 0 failed, 0 skipped\n"));
  EXPECT_THAT(report(), HasSubstr("1 data set as stored; 1 of 1 nodes ran on the provider"));
}

// The plugin leaves the last element as it was.
TEST(Vectors, FailWhereTheProviderIsWrong) {
  write_case("test_wrong", -1, -2);
  const CommandResult result = validate(MORTISE_LEAVES_AN_ELEMENT);
  EXPECT_EQ(result.code, 1) << result.out << result.error;
  EXPECT_THAT(report(),
              AllOf(HasSubstr("\"OVERCLAIM\""), HasSubstr("output 'y' differs in 1 of 2 elements, first at [1]")));
}

TEST(Vectors, AreMissedAloud) {
  conformance::Settings settings;
  settings.vectors = {"/a", "/b"};
  std::vector<conformance::Case> cases(1);
  cases[0].suite = "abi";
  EXPECT_THAT(
      conformance::missing_vectors(settings, cases),
      AllOf(HasSubstr("found in /a, /b, /usr/share/libonnx-testdata/data"), HasSubstr("--vectors names other")));
  cases[0].suite = "vectors";
  EXPECT_EQ(conformance::missing_vectors(settings, cases), "");
}

// The logarithm of 1 is 0, and no tolerance relative to what is stored allows for that.
TEST(Vectors, TakeTheOraclesResultWhereTheStoredOneIsItsRounding) {
  write_case("test_rounded", 3e-7f, 0.6931472f, "Log");
  write_case("test_wrong", 3e-6f, 0.6931472f, "Log");
  const CommandResult result = validate("reference");
  EXPECT_THAT(result.out, HasSubstr("\n1 passed, 0 failed, 1 skipped\n"));
  EXPECT_THAT(report(),
              AllOf(HasSubstr("which is rounding: it agrees with the oracle"), HasSubstr("one of the two is wrong")));
}

TEST(Vectors, JudgeNobodyByDataThatCannotBeRight) {
  write_case("test_contradicts", -1, -3);
  write_case("test_no_model", -1, -2);
  write_file(test_folder() / "cases/test_no_model/model.onnx", "nonsense");
  write_case("test_no_tensor", -1, -2);
  write_file(test_folder() / "cases/test_no_tensor/test_data_set_0/input_0.pb", "nonsense");
  const CommandResult result = validate("reference");
  EXPECT_THAT(result.out, HasSubstr("\n0 passed, 0 failed, 3 skipped\n"));
  EXPECT_THAT(report(), AllOf(HasSubstr("one of the two is wrong"), HasSubstr("the model cannot be loaded"),
                              HasSubstr("input_0.pb")));
}

}  // namespace
}  // namespace mortise
