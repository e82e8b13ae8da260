// Operators on boxes of images and of chance against hand calculations.
#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::IsNan;
using testing::Pointwise;

TEST(RoiAlign, AveragesSamplesBetweenPixels) {
  // One sample, in the middle of the four pixels.
  const auto y = run_op({.op = "RoiAlign",
                         .version = 16,
                         .attributes = {{"coordinate_transformation_mode", std::string("output_half_pixel")},
                                        {"sampling_ratio", int64_t{1}}},
                         .inputs = {Tensor::of<float>({1, 1, 2, 2}, {1, 2, 3, 6}),
                                    Tensor::of<float>({1, 4}, {0, 0, 1, 1}), Tensor::of<int64_t>({1}, {0})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(3));
}

TEST(RoiAlign, LetsNanWinOfTheSamplesInsideTheImage) {
  const auto align = [](std::initializer_list<float> image, std::initializer_list<float> box) {
    const auto y = run_op({.op = "RoiAlign",
                           .version = 16,
                           .attributes = {{"mode", std::string("max")},
                                          {"coordinate_transformation_mode", std::string("output_half_pixel")},
                                          {"sampling_ratio", int64_t{1}}},
                           .inputs = {Tensor::of<float>({1, 1, 2, 2}, image), Tensor::of<float>({1, 4}, box),
                                      Tensor::of<int64_t>({1}, {0})}});
    return y.ok() ? floats((*y)[0]) : std::vector<float>();
  };
  for (const auto& image : {std::initializer_list<float>{NAN, 2, 3, 4}, {1, NAN, 3, 4}, {1, 2, NAN, 4}, {1, 2, 3, NAN}})
    EXPECT_THAT(align(image, {0, 0, 1, 1}), ElementsAre(IsNan()));
  EXPECT_THAT(align({1, 2, 3, 4}, {0, 0, 1, 1}), ElementsAre(1));  // a quarter of the highest
  EXPECT_THAT(align({NAN, 2, 3, 4}, {7, 7, 8, 8}), ElementsAre(0));
}

TEST(RoiAlign, RefusesImagesThatAreNotThere) {
  EXPECT_FALSE(run_op({.op = "RoiAlign",
                       .version = 16,
                       .inputs = {Tensor::of<float>({1, 1, 1, 1}, {1}), Tensor::of<float>({1, 4}, {0, 0, 1, 1}),
                                  Tensor::of<int64_t>({1}, {1})}})
                   .ok());
}

TEST(MaxRoiPool, TakesTheLargestPixelOfABox) {
  const auto y = run_op(
      {.op = "MaxRoiPool",
       .version = 1,
       .attributes = {{"pooled_shape", std::vector<int64_t>{1, 1}}},
       .inputs = {Tensor::of<float>({1, 1, 2, 3}, {1, 2, 9, 3, 4, 5}), Tensor::of<float>({1, 5}, {0, 0, 0, 1, 1})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(4));
}

TEST(MaxRoiPool, LetsNanWin) {
  const auto y =
      run_op({.op = "MaxRoiPool",
              .version = 22,
              .attributes = {{"pooled_shape", std::vector<int64_t>{1, 1}}},
              .inputs = {Tensor::of<float>({1, 1, 2, 2}, {1, NAN, 3, 4}), Tensor::of<float>({1, 5}, {0, 0, 0, 1, 1})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(IsNan()));
}

TEST(MaxUnpool, PutsValuesBackAndRefusesPlacesOutside) {
  const auto unpool = [](int64_t index) {
    return run_op({.op = "MaxUnpool",
                   .version = 11,
                   .attributes = {{"kernel_shape", std::vector<int64_t>{2}}, {"strides", std::vector<int64_t>{2}}},
                   .inputs = {Tensor::of<float>({1, 1, 2}, {7, 8}), Tensor::of<int64_t>({1, 1, 2}, {1, index})}});
  };
  const auto y = unpool(2);
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(0, 7, 8, 0));
  EXPECT_FALSE(unpool(4).ok());
  EXPECT_FALSE(unpool(-1).ok());
}

TEST(MeanVarianceNormalization, BringsEachChannelToMeanZeroAndVarianceOne) {
  const auto y = run_op(
      {.op = "MeanVarianceNormalization", .version = 13, .inputs = {Tensor::of<float>({1, 2, 1, 2}, {1, 3, 5, 9})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-5f), {-1.0f, 1.0f, -1.0f, 1.0f}));
}

TEST(Multinomial, DrawsOnlyWhatIsPossible) {
  const float never = -1e30f;
  const auto y = run_op({.op = "Multinomial",
                         .version = 7,
                         .attributes = {{"sample_size", int64_t{3}}},
                         .inputs = {Tensor::of<float>({2, 3}, {never, 0, never, never, never, 0})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<int32_t>((*y)[0]), ElementsAre(1, 1, 1, 2, 2, 2));
}

}  // namespace
}  // namespace mortise::test
