// The conditions of chains of steps are what calculus says they are, each on a model of the ops suite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "conformance/compare/element.h"
#include "tests/conformance/trial.h"

namespace mortise::conformance::ops {
namespace {

using testing::IsEmpty;

// The determinant of [[a, b], [c, d]] is ad - bc: each product moves with two numbers.
TEST(Conditions, AreTheRootOfTheSquaresOfWhatEachNumberMoves) {
  for (const DType dtype : {DType::kF32, DType::kF64, DType::kF16}) {
    const Trial trial(newest("", "Det", dtype), variant_of(det(), "batches").make, 5);
    const Tensor &x = trial.inputs()[0].tensor, &found = trial.measures()[0].tensor;
    ASSERT_EQ(found.num_elements(), 6);
    for (int64_t i = 0; i < 6; ++i) {
      const auto at = [&](int64_t k) { return *number_at(x, 4 * i + k); };
      const double condition = std::sqrt(2 * (std::pow(at(0) * at(3), 2) + std::pow(at(1) * at(2), 2)));
      EXPECT_GT(*number_at(found, i), condition / 3) << to_string(dtype) << i;
      EXPECT_LT(*number_at(found, i), condition * 3) << to_string(dtype) << i;
    }
  }
}

TEST(Conditions, CountTheNumbersOfAttributes) {
  const Trial trial(newest("ai.onnx.ml", "Scaler", DType::kI64), variant_of(scaler(), "one").make, 1);
  // (x - 0.5) · 2 of whole x, which have no rounding: 2 · sqrt(0.5² + (x - 0.5)²).
  for (int64_t i = 0; i < 12; ++i) {
    const double x = *number_at(trial.inputs()[0].tensor, i);
    const double condition = 2 * std::hypot(0.5, x - 0.5);
    EXPECT_GT(*number_at(trial.measures()[0].tensor, i), condition / 3);
    EXPECT_LT(*number_at(trial.measures()[0].tensor, i), condition * 3);
  }
}

TEST(Conditions, AreTheSameEveryTime) {
  const Variant variant = variant_of(lstm(), "bidirectional");
  const Trial first(newest("", "LSTM"), variant.make, 3), second(newest("", "LSTM"), variant.make, 3);
  EXPECT_THAT(bit_difference(first.measures(), second.measures()), IsEmpty());
}

}  // namespace
}  // namespace mortise::conformance::ops
