#include <gtest/gtest.h>

#include <cmath>

#include "conformance/compare/element.h"

namespace mortise::conformance {
namespace {

double ulp_of(DType dtype, double value) { return ulp(*float_format(dtype), value); }

TEST(Ulp, IsTheDistanceOfNeighboursInFloat32) {
  for (const float value : {1.0f, 1.5f, -3.0f, 1e20f, 1e-30f, 0x1p-126f}) {
    EXPECT_EQ(ulp_of(DType::kF32, value), std::nextafter(std::fabs(value), INFINITY) - std::fabs(value)) << value;
  }
}

TEST(Ulp, IsTheSmallestSubnormalBelowTheNormalNumbers) {
  EXPECT_EQ(ulp_of(DType::kF32, 0), 0x1p-149);
  EXPECT_EQ(ulp_of(DType::kF32, 1e-40), 0x1p-149);
  EXPECT_EQ(ulp_of(DType::kF64, 0), 0x1p-1074);
  EXPECT_EQ(ulp_of(DType::kF16, 0), 0x1p-24);
  EXPECT_EQ(ulp_of(DType::kBF16, 0), 0x1p-133);
}

TEST(Ulp, KnowsTheNarrowTypes) {
  EXPECT_EQ(ulp_of(DType::kF16, 1), 0x1p-10);
  EXPECT_EQ(ulp_of(DType::kBF16, 1), 0x1p-7);
  EXPECT_EQ(ulp_of(DType::kF8E4M3FN, 1), 0.125);
  EXPECT_EQ(ulp_of(DType::kF8E5M2, 1), 0.25);
  EXPECT_EQ(ulp_of(DType::kF8E4M3FNUZ, 0), 0x1p-10);
  EXPECT_EQ(ulp_of(DType::kF4E2M1, 4), 2);
}

TEST(Ulp, IntegersHaveNone) {
  EXPECT_FALSE(float_format(DType::kI32));
  EXPECT_FALSE(float_format(DType::kBool));
}

// Every code of every type of at most 8 bits keeps its value.
TEST(Element, ReadsWhatItWrote) {
  for (const DType dtype : {DType::kI8, DType::kU8, DType::kI4, DType::kU4, DType::kI2, DType::kU2, DType::kF8E4M3FN,
                            DType::kF8E4M3FNUZ, DType::kF8E5M2, DType::kF8E5M2FNUZ, DType::kF4E2M1, DType::kF8E8M0}) {
    const unsigned bits = info(dtype).bits, codes = 1u << bits;
    Tensor all = Tensor::allocate(dtype, {codes}).value(), copy = Tensor::allocate(dtype, {codes}).value();
    std::memset(copy.raw(), 0, copy.size_bytes());
    std::memset(all.raw(), 0, all.size_bytes());
    for (unsigned code = 0; code < codes; ++code) {
      all.data<uint8_t>()[code * bits / 8] |= static_cast<uint8_t>(code << (code * bits % 8));
    }
    for (unsigned i = 0; i < codes; ++i) {
      const double value = *number_at(all, i);
      if (!std::isfinite(value)) continue;
      set_number(copy, i, value);
      EXPECT_TRUE(same_element(all, copy, i)) << to_string(dtype) << " code " << i << " is " << value;
    }
  }
}

TEST(Element, CutsIntegersOffAtTheEndsOfTheirType) {
  Tensor tensor = Tensor::allocate(DType::kI64, {2}).value();
  set_number(tensor, 0, 1e30);
  set_number(tensor, 1, -1e30);
  EXPECT_EQ(tensor.data<int64_t>()[0], INT64_MAX);
  EXPECT_EQ(tensor.data<int64_t>()[1], INT64_MIN);
}

double stored(DType dtype, double value) {
  Tensor tensor = Tensor::allocate(dtype, {1}).value();
  std::memset(tensor.raw(), 0, tensor.size_bytes());
  set_number(tensor, 0, value);
  return *number_at(tensor, 0);
}

TEST(Element, RoundsBeforeItCutsOff) {
  EXPECT_EQ(stored(DType::kU8, 255.7), 255);
  EXPECT_EQ(stored(DType::kI8, 127.7), 127);
  EXPECT_EQ(stored(DType::kI8, -128.7), -128);
  EXPECT_EQ(stored(DType::kU4, 15.7), 15);
}

TEST(Element, IntegersHaveNoNaN) {
  for (const DType dtype : {DType::kI8, DType::kU64, DType::kI4, DType::kU2}) EXPECT_EQ(stored(dtype, NAN), 0);
}

TEST(Element, PowersOfTwoAreTheNearest) {
  EXPECT_EQ(stored(DType::kF8E8M0, 1.4), 1);
  EXPECT_EQ(stored(DType::kF8E8M0, 1.9), 2);
  EXPECT_EQ(stored(DType::kF8E8M0, INFINITY), 0x1p127);
  EXPECT_EQ(stored(DType::kF8E8M0, 0), 0x1p-127);
  EXPECT_TRUE(std::isnan(stored(DType::kF8E8M0, NAN)));
}

}  // namespace
}  // namespace mortise::conformance
