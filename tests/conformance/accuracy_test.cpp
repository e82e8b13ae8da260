#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

#include "conformance/compare/compare.h"
#include "core/infer/operator_table.h"
#include "mortise/provider.h"

namespace mortise::conformance {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Match compare(std::vector<float> actual, std::vector<float> expected, Bound bound, uint32_t numerics = 0,
              std::vector<float> measures = {}, double terms = 1) {
  const auto values = [](const std::vector<float>& elements) {
    return std::vector<Value>{
        Tensor::of<float>({static_cast<int64_t>(elements.size())}, std::span<const float>(elements))};
  };
  const auto wanted = values(expected), measured = values(measures);
  return compare_values(values(actual), {.values = wanted,
                                         .alternatives = {},
                                         .measures = measures.empty() ? std::span<const Value>() : measured,
                                         .bound = bound,
                                         .terms = terms,
                                         .numerics = numerics});
}

constexpr Bound kFourUlp = {"", "Test", BoundKind::kUlp, 4, "test"};
constexpr Bound kExactly = {"", "Test", BoundKind::kExact, 0, "test"};
constexpr Bound kSums = {"", "Test", BoundKind::kSum, 2, "test"};

TEST(Accuracy, AllowsWhatTheBoundSaysAndNoMore) {
  EXPECT_THAT(compare({1 + 4 * 0x1p-23f}, {1}, kFourUlp).problem, IsEmpty());
  EXPECT_THAT(compare({1 + 5 * 0x1p-23f}, {1}, kFourUlp).problem, HasSubstr("5 ULP away; allowed are 4"));
  EXPECT_THAT(compare({1 + 0x1p-23f}, {1}, kExactly).problem, HasSubstr("at [0]"));
}

TEST(Accuracy, NamesTheWorstElement) {
  const Match found = compare({1, 2.5f, 3.01f}, {1, 2, 3}, kFourUlp);
  EXPECT_THAT(found.problem, HasSubstr("output 0 at [1]: 2.5 instead of 2"));
  EXPECT_EQ(found.accuracy.elements, 3u);
  EXPECT_EQ(found.accuracy.max_ulp, 0.5 * 0x1p22);
}

TEST(Accuracy, EveryFailureUsesMoreThanTheBound) {
  EXPECT_GT(compare({1 + 5 * 0x1p-23f}, {1}, kFourUlp).accuracy.bound_used, 1);
  EXPECT_LE(compare({1 + 4 * 0x1p-23f}, {1}, kFourUlp).accuracy.bound_used, 1);
  EXPECT_EQ(compare({1 + 0x1p-23f}, {1}, kExactly).accuracy.bound_used, INFINITY);
  const Accuracy nan = compare({NAN}, {1}, kFourUlp).accuracy;
  EXPECT_EQ(nan.bound_used, INFINITY);
  EXPECT_EQ(nan.max_ulp, INFINITY);
  EXPECT_EQ(nan.elements, 1u);
  EXPECT_EQ(compare({}, {}, kExactly).accuracy.bound_used, 0);
}

TEST(Accuracy, TheWorstOfExactElementsIsTheFarthest) {
  EXPECT_THAT(compare({1 + 0x1p-23f, 3, 1}, {1, 2, 1}, kExactly).accuracy.worst, HasSubstr("at [1]: 3 instead of 2"));
  EXPECT_THAT(compare({3, NAN}, {2, 1}, kExactly).accuracy.worst, HasSubstr("at [1]: nan instead of 1"));
}

TEST(Accuracy, WantsNaNForNaNAndTheRightInfinity) {
  EXPECT_THAT(compare({NAN, INFINITY}, {-NAN, INFINITY}, kExactly).problem, IsEmpty());
  EXPECT_THAT(compare({0}, {NAN}, kFourUlp).problem, HasSubstr("instead of"));
  EXPECT_THAT(compare({NAN}, {0}, kFourUlp).problem, HasSubstr("nan instead of 0"));
  EXPECT_THAT(compare({-INFINITY}, {INFINITY}, kFourUlp).problem, HasSubstr("-inf instead of inf"));
  EXPECT_THAT(compare({3e38f}, {INFINITY}, kFourUlp).problem, HasSubstr("instead of inf"));
}

TEST(Accuracy, WantsTheSignOfZeroElementByElement) {
  EXPECT_THAT(compare({-0.0f}, {0.0f}, kExactly).problem, HasSubstr("-0 instead of 0"));
  EXPECT_THAT(compare({-0.0f}, {0.0f}, kSums, 0, {0}).problem, IsEmpty());
}

TEST(Accuracy, FiniteOnlyExcusesOnlyWhatIsNotFinite) {
  EXPECT_THAT(compare({0}, {NAN}, kFourUlp, MORTISE_NUMERICS_FINITE_ONLY).problem, IsEmpty());
  EXPECT_THAT(compare({2}, {1}, kFourUlp, MORTISE_NUMERICS_FINITE_ONLY).problem, HasSubstr("2 instead of 1"));
  EXPECT_THAT(compare({NAN}, {1}, kFourUlp, MORTISE_NUMERICS_FINITE_ONLY).problem, HasSubstr("nan instead of 1"));
}

TEST(Accuracy, FlushingIsExcusedOnlyWhereDeclared) {
  EXPECT_THAT(compare({0}, {1e-40f}, kFourUlp).problem, HasSubstr("0 instead of"));
  EXPECT_THAT(compare({0}, {1e-40f}, kFourUlp, MORTISE_NUMERICS_FLUSHES_SUBNORMALS).problem, IsEmpty());
  EXPECT_THAT(compare({0}, {1e-30f}, kFourUlp, MORTISE_NUMERICS_FLUSHES_SUBNORMALS).problem, HasSubstr("0 instead of"));
}

TEST(Accuracy, CancellationIsMeasuredByMagnitudes) {
  EXPECT_THAT(compare({1e-4f}, {0}, kSums, 0, {1000}, 16).problem, IsEmpty());
  EXPECT_THAT(compare({1e-4f}, {0}, kSums, 0, {1}, 16).problem, HasSubstr("instead of 0"));
}

// What float32 makes of a Softmax, term by term, is right; a hundredth of a percent beside it is not.
TEST(Accuracy, AllowsSoftmaxTheRoundingOfItsDifferencesAndOfItsSum) {
  const Bound& softmax = bound_of("", "Softmax");
  ASSERT_EQ(softmax.kind, BoundKind::kExponential);
  std::mt19937_64 random(7);
  for (const double span : {1.0, 8.0, 90.0, 1000.0}) {
    std::vector<float> x(1031), single, right, wrong;
    for (float& one : x) one = static_cast<float>(span * static_cast<double>(random() >> 11) * 0x1p-53);
    const float largest = *std::max_element(x.begin(), x.end());
    float sum = 0;
    double exact_sum = 0;
    for (const float one : x) {
      sum += std::exp(one - largest);
      exact_sum += std::exp(static_cast<double>(one) - largest);
    }
    for (const float one : x) {
      single.push_back(std::exp(one - largest) / sum);
      right.push_back(static_cast<float>(std::exp(static_cast<double>(one) - largest) / exact_sum));
      wrong.push_back(right.back() * 1.0001f);
    }
    EXPECT_THAT(compare(single, right, softmax, 0, {}, 1031).problem, IsEmpty()) << span;
    EXPECT_THAT(compare(wrong, right, softmax, 0, {}, 1031).problem, HasSubstr("instead of")) << span;
  }
  EXPECT_THAT(compare({0}, {1e-6f}, softmax).problem, HasSubstr("0 instead of"));
  EXPECT_THAT(compare({1e-6f}, {0}, softmax).problem, HasSubstr("instead of 0"));
}

TEST(Accuracy, DifferencesOfNumbersAroundOneKeepTheirRoundings) {
  const Bound scaled = {"", "Test", BoundKind::kScaled, 2, "test"};
  const Bound cancelling = {"", "Test", BoundKind::kCancelling, 2, "test"};
  // 0.2 · x + 0.5 of a number close to -2.5.
  EXPECT_THAT(compare({0.000311653333f}, {0.000311642885f}, scaled).problem, HasSubstr("359 ULP away"));
  EXPECT_THAT(compare({0.000311653333f}, {0.000311642885f}, cancelling).problem, IsEmpty());
  EXPECT_THAT(compare({3 * 0x1p-23f}, {0}, cancelling).problem, HasSubstr("instead of 0"));
  EXPECT_THAT(compare({3 * 0x1p-23f, 2}, {0, 2}, cancelling).problem, IsEmpty());
  for (const char* op : {"Celu", "Elu", "Gelu", "HardSigmoid", "HardSwish", "Selu"}) {
    EXPECT_EQ(bound_of("", op).kind, BoundKind::kCancelling) << op;
  }
}

TEST(Accuracy, ChainsOfStepsAreMeasuredByTheirConditions) {
  const Bound conditioned = {"", "Test", BoundKind::kConditioned, 2, "test"};
  const Bound saturating = {"", "Test", BoundKind::kSaturating, 2, "test"};
  // 2 · ((1 + sqrt(4)) · 3 + 1) units, and 2 · ((1 + sqrt(4)) · (1 + 3) + 1).
  EXPECT_THAT(compare({1 + 20 * 0x1p-23f}, {1}, conditioned, 0, {3}, 4).problem, IsEmpty());
  EXPECT_THAT(compare({1 + 21 * 0x1p-23f}, {1}, conditioned, 0, {3}, 4).problem, HasSubstr("allowed are 20"));
  EXPECT_THAT(compare({1 + 26 * 0x1p-23f}, {1}, saturating, 0, {3}, 4).problem, IsEmpty());
  EXPECT_THAT(compare({1 + 27 * 0x1p-23f}, {1}, saturating, 0, {3}, 4).problem, HasSubstr("allowed are 26"));
  // Each step is rounded to float16, sums are not, unless that is declared.
  const ElementFacts half = {.dtype = DType::kF16, .expected = 1, .measure = 3, .terms = 4};
  EXPECT_EQ(allowed_error(conditioned, half, 0), 2 * ((0x1p-10 + 2 * 0x1p-23) * 3 + 0x1p-10));
  EXPECT_EQ(allowed_error(conditioned, half, MORTISE_NUMERICS_HALF_ACCUMULATE), 20 * 0x1p-10);
}

TEST(Accuracy, AnElementMayBeRightByAnAlternative) {
  const std::vector<Value> expected = {Tensor::of<float>({2}, {1.0003f, 2})};
  const std::vector<Alternative> half = {{{Tensor::of<float>({2}, {1, 2})}, DType::kF16}};
  const auto judge = [&](std::vector<float> actual, const Bound& bound) {
    const std::vector<Value> values = {Tensor::of<float>({2}, std::span<const float>(actual))};
    const Expectation expectation = {.values = expected, .alternatives = half, .measures = {}, .bound = bound};
    return compare_values(values, expectation).problem;
  };
  EXPECT_THAT(judge({1, 2}, kExactly), IsEmpty());
  EXPECT_THAT(judge({1 + 4 * 0x1p-10f, 2}, kFourUlp), IsEmpty());
  EXPECT_THAT(judge({1 + 5 * 0x1p-10f, 2}, kFourUlp), HasSubstr("instead of 1.0003"));
  EXPECT_THAT(judge({1.0001f, 2}, kExactly), HasSubstr("instead of 1.0003"));
}

TEST(Accuracy, QuantizedResultsMayBeOneStepAway) {
  const Bound one = {"", "Test", BoundKind::kQuantized, 1, "test"};
  const std::vector<Value> expected = {Tensor::of<int8_t>({2}, {3, -128})};
  const Expectation expectation = {.values = expected, .alternatives = {}, .measures = {}, .bound = one};
  EXPECT_THAT(compare_values(std::vector<Value>{Tensor::of<int8_t>({2}, {4, -128})}, expectation).problem, IsEmpty());
  EXPECT_THAT(compare_values(std::vector<Value>{Tensor::of<int8_t>({2}, {3, 127})}, expectation).problem,
              HasSubstr("127 instead of -128"));
}

TEST(Accuracy, OtherShapesAndTypesAreProblems) {
  EXPECT_THAT(compare({1, 2}, {1}, kExactly).problem, HasSubstr("float32[2] instead of float32[1]"));
}

TEST(Variety, EqualElementsShowNothing) {
  Variety variety;
  variety.add(std::vector<Value>{Tensor::of<float>({2}, {1, 1})});
  EXPECT_TRUE(variety.has_elements());
  EXPECT_FALSE(variety.varied());
  variety.add(std::vector<Value>{Tensor::of<float>({1}, {2})});
  EXPECT_TRUE(variety.varied());
}

TEST(AccuracyTable, HasEachOperatorOnceInOrder) {
  for (const Bound& bound : bounds()) {
    EXPECT_NE(infer::find_operator(bound.domain, bound.op), nullptr) << bound.op;
    EXPECT_EQ(&bound_of(bound.domain, bound.op), &bound) << bound.op << " has two lines";
    EXPECT_GT(bound.constant, 0) << bound.op;
    EXPECT_NE(bound.source, "") << bound.op;
  }
}

TEST(AccuracyTable, IsWhatTheDocumentSays) {
  std::ostringstream table;
  for (const Bound& bound : bounds()) {
    table << "| " << (bound.domain.empty() ? "" : std::string(bound.domain) + ".") << bound.op << " | "
          << to_string(bound.kind) << " | " << bound.constant << " | " << bound.source << " |\n";
  }
  std::ifstream file(MORTISE_SOURCE_DIR "/docs/spec/accuracy.md");
  std::ostringstream document;
  document << file.rdbuf();
  EXPECT_THAT(document.str(), HasSubstr(table.str()))
      << "the rows of docs/spec/accuracy.md are not those of accuracy.inc";
}

}  // namespace
}  // namespace mortise::conformance
