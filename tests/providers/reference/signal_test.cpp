// Sampling, windows and transforms against hand calculations.
#include <gmock/gmock.h>

#include <complex>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::IsEmpty;
using testing::IsNan;
using testing::Pointwise;

TEST(GridSample, ReadsBetweenPixelsAndPadsWithZeros) {
  // With aligned corners -1 and 1 are the outer pixels; 0 lies between them, 3 a pixel and more beyond.
  const auto y = run_op({.op = "GridSample",
                         .version = 20,
                         .attributes = {{"align_corners", int64_t{1}}},
                         .inputs = {Tensor::of<float>({1, 1, 1, 2}, {10, 20}),
                                    Tensor::of<float>({1, 1, 4, 2}, {-1, 0, 0, 0, 1, 0, 3, 0})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(10, 15, 20, 0));
}

// ONNX: padding_mode 'border' is "for out-of-bound grid locations"; those in [-1, 1] are in bound, the outer halves of
// the outer pixels too. There the curve through the repeated border pixels is not flat.
TEST(GridSample, PullsInsideOnlyWhatIsOutOfBounds) {
  const auto at = [](float coordinate) {
    const auto y = run_op(
        {.op = "GridSample",
         .version = 20,
         .attributes = {{"mode", std::string("cubic")}, {"padding_mode", std::string("border")}},
         .inputs = {Tensor::of<float>({1, 1, 1, 4}, {1, 2, 4, 8}), Tensor::of<float>({1, 1, 1, 2}, {coordinate, 0})}});
    EXPECT_TRUE(y.ok()) << y.status().message();
    return y.ok() ? floats((*y)[0])[0] : 0;
  };
  // Pixel -0.25, between the pixels -1 and 0 that are both 1: the weight of pixel 1, at a distance of 1.25, is
  // ((-0.75 * 1.25 + 3.75) * 1.25 - 6) * 1.25 + 3 = -0.10546875.
  EXPECT_NEAR(at(-0.875f), 1 - 0.10546875, 1e-6);
  EXPECT_FLOAT_EQ(at(-1.5f), 1);
  EXPECT_FLOAT_EQ(at(2), 8);
}

TEST(GridSample, TakesAGridOfIntegersInItsFirstVersion) {
  const auto y = run_op(
      {.op = "GridSample",
       .version = 16,
       .attributes = {{"align_corners", int64_t{1}}},
       .inputs = {Tensor::of<float>({1, 1, 1, 3}, {1, 2, 3}), Tensor::of<int32_t>({1, 1, 3, 2}, {-1, 0, 0, 0, 1, 0})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(1, 2, 3));
}

TEST(Col2Im, SumsComplexNumbers) {
  using Complex = std::complex<float>;
  const auto y = run_op({.op = "Col2Im",
                         .version = 18,
                         .inputs = {Tensor::of<Complex>({1, 2, 2}, {{1, 1}, {2, 2}, {3, 3}, {4, 4}}),
                                    Tensor::of<int64_t>({2}, {1, 3}), Tensor::of<int64_t>({2}, {1, 2})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<Complex>((*y)[0]), ElementsAre(Complex(1, 1), Complex(5, 5), Complex(4, 4)));
}

TEST(GridSample, RefusesAGridOfOtherAxes) {
  EXPECT_FALSE(run_op({.op = "GridSample",
                       .version = 20,
                       .inputs = {Tensor::of<float>({1, 1, 1, 1}, {1}), Tensor::of<float>({1, 1, 1, 3}, {0, 0, 0})}})
                   .ok());
}

TEST(AffineGrid, GivesPixelCentresForTheIdentity) {
  const auto y =
      run_op({.op = "AffineGrid",
              .version = 20,
              .inputs = {Tensor::of<float>({1, 2, 3}, {1, 0, 0, 0, 1, 0}), Tensor::of<int64_t>({4}, {1, 1, 1, 2})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(-0.5f, 0, 0.5f, 0));
}

TEST(HannWindow, IsZeroAtBothEndsWhereSymmetric) {
  const auto y = run_op({.op = "HannWindow",
                         .version = 17,
                         .attributes = {{"periodic", int64_t{0}}},
                         .inputs = {Tensor::of<int64_t>({}, {3})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-6f), {0.0f, 1.0f, 0.0f}));
}

// The standard defines windows by a function that divides by the size, or by the size - 1 where they are symmetric.
TEST(Windows, OfSizesZeroAndOneAreAsTheirFunctions) {
  const auto window = [](const char* op, int64_t size, int64_t periodic) {
    const auto y = run_op(
        {.op = op, .version = 17, .attributes = {{"periodic", periodic}}, .inputs = {Tensor::of<int64_t>({}, {size})}});
    EXPECT_TRUE(y.ok()) << y.status().message();
    return y.ok() ? floats((*y)[0]) : std::vector<float>();
  };
  for (const auto& [op, first] :
       {std::pair("HannWindow", 0.0f), std::pair("HammingWindow", 4.0f / 46.0f), std::pair("BlackmanWindow", 0.0f)}) {
    EXPECT_THAT(window(op, 1, 1), Pointwise(FloatNear(1e-7f), {first}));
    EXPECT_THAT(window(op, 1, 0), ElementsAre(IsNan()));
    EXPECT_THAT(window(op, 0, 0), IsEmpty());
    EXPECT_THAT(window(op, 0, 1), IsEmpty());
  }
}

// Whole numbers are what is left of the values without their fractions.
TEST(Windows, OfWholeNumbersHaveTheirPeak) {
  for (const char* op : {"HannWindow", "HammingWindow", "BlackmanWindow"}) {
    for (const int64_t size : {2, 4, 6, 12, 1000}) {
      const auto y = run_op({.op = op,
                             .version = 17,
                             .attributes = {{"output_datatype", int64_t{6}}},
                             .inputs = {Tensor::of<int64_t>({}, {size})}});
      ASSERT_TRUE(y.ok()) << y.status().message();
      EXPECT_EQ(elements<int32_t>((*y)[0])[static_cast<size_t>(size / 2)], 1) << op << " of " << size;
    }
  }
}

TEST(Dft, GivesTheFrequenciesOfAnImpulseAndBack) {
  // An impulse at 1 of 4: the powers of -i.
  const auto y = run_op({.op = "DFT", .version = 20, .inputs = {Tensor::of<float>({1, 4, 1}, {0, 1, 0, 0})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-6f), {1.0f, 0.0f, 0.0f, -1.0f, -1.0f, 0.0f, 0.0f, 1.0f}));
  const auto x = run_op({.op = "DFT", .version = 20, .attributes = {{"inverse", int64_t{1}}}, .inputs = {(*y)[0]}});
  ASSERT_TRUE(x.ok()) << x.status().message();
  EXPECT_THAT(floats((*x)[0]), Pointwise(FloatNear(1e-6f), {0.0f, 0.0f, 1.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f}));
}

TEST(Stft, RefusesFramesLongerThanTheSignal) {
  EXPECT_FALSE(run_op({.op = "STFT",
                       .version = 17,
                       .inputs = {Tensor::of<float>({1, 2, 1}, {1, 2}), Tensor::of<int64_t>({}, {1}), Value(),
                                  Tensor::of<int64_t>({}, {3})}})
                   .ok());
}

TEST(Stft, TransformsEachFrame) {
  // Frames (1, 2) and (2, 4): sums and differences.
  const auto y = run_op({.op = "STFT",
                         .version = 17,
                         .inputs = {Tensor::of<float>({1, 3, 1}, {1, 2, 4}), Tensor::of<int64_t>({}, {1}), Value(),
                                    Tensor::of<int64_t>({}, {2})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-6f), {3.0f, 0.0f, -1.0f, 0.0f, 6.0f, 0.0f, -2.0f, 0.0f}));
}

}  // namespace
}  // namespace mortise::test
