#include "core/graph/check_value.h"

#include <gtest/gtest.h>

namespace mortise {
namespace {

const Value kFloats = Tensor::of<float>({2}, {1, 2});

TEST(CheckValue, SaysWhatIsThereAndWhatIsWanted) {
  const Type floats = Type::tensor(DType::kF32), ints = Type::tensor(DType::kI64, Shape{2});
  const Value sequence(ValueKind::kSequence, {kFloats}), optional(ValueKind::kOptional, {});
  EXPECT_EQ(check_kind(floats, sequence).message(), "a sequence where the model has float32");
  EXPECT_EQ(check_kind(ints, optional).message(), "an optional where the model has int64[2]");
  EXPECT_EQ(check_kind(Type::sequence(floats), kFloats).message(), "float32[2] where the model has sequence(float32)");
  EXPECT_EQ(check_kind(ints, kFloats).message(), "float32[2] where the model has int64[2]");
  EXPECT_EQ(check_value(floats, sequence).message(), "a sequence was given");
  EXPECT_EQ(check_value(ints, kFloats).message(), "float32[2] was given");
}

TEST(CheckValue, TakesWhatAnOptionalHoldsForTheOptional) {
  const Type optional = Type::optional(Type::tensor(DType::kF32));
  EXPECT_TRUE(check_kind(optional, kFloats).ok());
  EXPECT_TRUE(check_value(optional, kFloats).ok());
  EXPECT_TRUE(check_value(optional, Value(ValueKind::kOptional, {kFloats})).ok());
}

}  // namespace
}  // namespace mortise
