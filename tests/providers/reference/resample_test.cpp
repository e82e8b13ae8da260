// Resize, Upsample and GridSample move elements of every type where they need no arithmetic; so do NonZero and Unique
// with what has no order.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numeric>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Value resampled(const OpTest& test) {
  auto y = run_op(test);
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? (*y)[0] : Value();
}

TEST(Resample, NearestMovesStringsAndWholeNumbersExactly) {
  const Tensor words = Tensor::strings({1, 1, 1, 2}, {"left", "right"});
  const Tensor scales = Tensor::of<float>({4}, {1, 1, 2, 2});
  EXPECT_THAT(strings(resampled({.op = "Upsample", .version = 9, .inputs = {words, scales}})),
              ElementsAre("left", "left", "right", "right", "left", "left", "right", "right"));
  // Doubles do not hold this number.
  const int64_t large = (int64_t{1} << 53) + 1;
  const Tensor numbers = Tensor::of<int64_t>({1, 2}, {large, -large});
  const Tensor twice = Tensor::of<float>({2}, {1, 2});
  EXPECT_THAT(elements<int64_t>(resampled({.op = "Resize", .version = 13, .inputs = {numbers, {}, twice}})),
              ElementsAre(large, large, -large, -large));
  const Tensor flags = Tensor::of<bool>({1, 2}, {true, false});
  EXPECT_THAT(elements<bool>(resampled({.op = "Resize", .version = 13, .inputs = {flags, {}, twice}})),
              ElementsAre(true, true, false, false));
}

TEST(Resample, UpsampleOfTheFirstVersionScalesHeightAndWidth) {
  const Tensor x = Tensor::of<float>({1, 1, 1, 2}, {1, 2});
  Attributes attributes = {{"height_scale", 2.0f}, {"width_scale", 1.0f}};
  const Value y = resampled({.op = "Upsample", .version = 1, .attributes = attributes, .inputs = {x}});
  EXPECT_EQ(y.tensor.shape(), Shape({1, 1, 2, 2}));
  EXPECT_THAT(floats(y), ElementsAre(1, 2, 1, 2));
}

// The standard's example of version 10.
TEST(Resample, ResizeOfVersionTenTakesTheNextElementWhereItShrinks) {
  const Tensor x = Tensor::of<float>({1, 1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor scales = Tensor::of<float>({4}, {1, 1, 0.6f, 0.6f});
  EXPECT_THAT(floats(resampled({.op = "Resize", .version = 10, .inputs = {x, scales}})), ElementsAre(1, 3));
}

// Where the coordinate is a whole or a half number, rounding it down needs the exact one: against integer arithmetic.
TEST(Resample, NearestBySizesIsExact) {
  for (int64_t in = 1; in <= 40; ++in) {
    std::vector<int64_t> numbers(static_cast<size_t>(in));
    std::iota(numbers.begin(), numbers.end(), 0);
    const Tensor x = Tensor::of<int64_t>({in}, std::span<const int64_t>(numbers));
    for (int64_t out = 1; out <= 60; ++out) {
      const auto indices = [&](const char* coordinates, const char* nearest, const char* policy = "stretch") {
        return elements<int64_t>(resampled({.op = "Resize",
                                            .version = 19,
                                            .attributes = {{"coordinate_transformation_mode", std::string(coordinates)},
                                                           {"keep_aspect_ratio_policy", std::string(policy)},
                                                           {"nearest_mode", std::string(nearest)}},
                                            .inputs = {x, {}, {}, Tensor::of<int64_t>({1}, {out})}}));
      };
      std::vector<int64_t> down, near;
      for (int64_t i = 0; i < out; ++i) {
        down.push_back(i * in / out);
        // The least whole number that is not below (i + 1/2) in / out - 1.
        const int64_t twice = (2 * i + 1) * in - 2 * out;
        near.push_back(std::clamp<int64_t>(twice <= 0 ? 0 : (twice + 2 * out - 1) / (2 * out), 0, in - 1));
      }
      ASSERT_EQ(indices("asymmetric", "floor"), down) << in << " to " << out;
      ASSERT_EQ(indices("half_pixel", "round_prefer_floor"), near) << in << " to " << out;
      // One axis keeps its aspect ratio whatever it becomes.
      ASSERT_EQ(indices("asymmetric", "floor", "not_larger"), down) << in << " to " << out;
    }
  }
}

TEST(Resample, ResizeBySizesKeepsAnAxisEmpty) {
  const Tensor x = Tensor::allocate(DType::kF32, {0, 2}).value();
  for (const char* mode : {"half_pixel", "tf_crop_and_resize"}) {
    const Value y =
        resampled({.op = "Resize",
                   .version = 19,
                   .attributes = {{"coordinate_transformation_mode", std::string(mode)}},
                   .inputs = {x, Tensor::of<float>({4}, {0, 0, 1, 1}), {}, Tensor::of<int64_t>({2}, {0, 4})}});
    EXPECT_EQ(y.tensor.shape(), Shape({0, 4}));
  }
  EXPECT_THAT(run_op({.op = "Resize", .version = 19, .inputs = {x, {}, {}, Tensor::of<int64_t>({2}, {3, 4})}})
                  .status()
                  .message(),
              HasSubstr("sizes [3, 4] has 3 for axis 0 of X [0, 2]"));
}

TEST(Resample, ResizeNamesTheSizeThatIsNone) {
  const Tensor x = Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  for (const int64_t size : {int64_t{-3}, int64_t{0}, int64_t{1} << 40}) {
    EXPECT_THAT(run_op({.op = "Resize", .version = 13, .inputs = {x, {}, {}, Tensor::of<int64_t>({2}, {2, size})}})
                    .status()
                    .message(),
                HasSubstr("sizes [2, " + std::to_string(size) + "] has " + std::to_string(size) +
                          " for axis 1 of X [2, 3]; a size is at least 1 and less than 2^40"));
  }
}

TEST(Resample, ResizeTakesEitherScalesOrSizes) {
  const Tensor x = Tensor::of<float>({2}, {1, 2}), scales = Tensor::of<float>({1}, {2});
  const Tensor sizes = Tensor::of<int64_t>({1}, {4});
  const Tensor no_scales = Tensor::allocate(DType::kF32, {0}).value();
  const Tensor no_sizes = Tensor::allocate(DType::kI64, {0}).value();
  for (const int32_t version : {13, 18, 19}) {
    EXPECT_THAT(run_op({.op = "Resize", .version = version, .inputs = {x, {}, scales, sizes}}).status().message(),
                HasSubstr("there are 1 scales and sizes [4]; only one of scales and sizes may be given"));
    for (const auto& [first, second] : {std::pair(scales, no_sizes), std::pair(no_scales, sizes)}) {
      EXPECT_THAT(floats(resampled({.op = "Resize", .version = version, .inputs = {x, {}, first, second}})),
                  ElementsAre(1, 1, 2, 2));
    }
  }
}

// Weights add up to 1 but for rounding, wherever they are taken.
template <class T>
void expect_constant(T value) {
  const std::vector<T> pixels(25, value);
  const Tensor x = Tensor::of<T>({1, 1, 5, 5}, std::span<const T>(pixels));
  for (const auto& [mode, antialias] : {std::pair("cubic", 0), std::pair("cubic", 1), std::pair("linear", 1)}) {
    for (int64_t size = 1; size <= 13; ++size) {
      const Value y =
          resampled({.op = "Resize",
                     .version = 19,
                     .attributes = {{"mode", std::string(mode)}, {"antialias", static_cast<int64_t>(antialias)}},
                     .inputs = {x, {}, {}, Tensor::of<int64_t>({4}, {1, 1, size, 14 - size})}});
      EXPECT_THAT(elements<T>(y), testing::Each(value)) << mode << ' ' << size;
    }
  }
  std::vector<float> places;
  for (int i = 0; i < 64; ++i) places.push_back(static_cast<float>(i * 37 % 64) / 31.5f - 1);
  for (const char* mode : {"linear", "cubic"}) {
    const Value y = resampled({.op = "GridSample",
                               .version = 20,
                               .attributes = {{"mode", std::string(mode)}, {"padding_mode", std::string("border")}},
                               .inputs = {x, Tensor::of<float>({1, 4, 8, 2}, places)}});
    EXPECT_THAT(elements<T>(y), testing::Each(value)) << mode;
  }
}

TEST(Resample, InterpolationKeepsAConstantOfIntegers) {
  expect_constant<uint8_t>(7);
  expect_constant<int8_t>(-7);
  expect_constant<uint8_t>(255);
  expect_constant<int32_t>(2000000001);
}

// Halves and even 255/256 are no noise, nor is a fraction of a number so large that 1e-9 of it is more than 1.
TEST(Resample, InterpolationOfIntegersIsCut) {
  const auto stretched = [](const Tensor& x) {
    return elements<int32_t>(
        resampled({.op = "Resize",
                   .version = 19,
                   .attributes = {{"mode", std::string("linear")},
                                  {"coordinate_transformation_mode", std::string("align_corners")}},
                   .inputs = {x, {}, {}, Tensor::of<int64_t>({1}, {257})}}));
  };
  for (const int32_t first : {0, 2000000000}) {
    const auto y = stretched(Tensor::of<int32_t>({2}, {first, first + 1}));
    ASSERT_EQ(y.size(), 257u);
    EXPECT_EQ(std::count(y.begin(), y.end(), first), 256);
    EXPECT_EQ(y.back(), first + 1);
  }
}

TEST(Resample, GridSampleClampsInfinityToItsSide) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const Tensor image = Tensor::of<float>({1, 1, 1, 3}, {5, 6, 7});
  const Tensor grid = Tensor::of<float>({1, 1, 3, 2}, {kInfinity, 0, -kInfinity, 0, NAN, 0});
  for (const char* mode : {"nearest", "linear", "cubic"}) {
    for (const int64_t align : {0, 1}) {
      const auto sampled = [&](const char* padding) {
        return floats(resampled({.op = "GridSample",
                                 .version = 20,
                                 .attributes = {{"mode", std::string(mode)},
                                                {"padding_mode", std::string(padding)},
                                                {"align_corners", align}},
                                 .inputs = {image, grid}}));
      };
      EXPECT_THAT(sampled("border"), ElementsAre(7, 5, 5)) << mode;
      EXPECT_THAT(sampled("zeros"), ElementsAre(0, 0, 0)) << mode;
      EXPECT_THAT(sampled("reflection"), ElementsAre(7, 5, testing::_)) << mode;
    }
  }
}

TEST(Resample, GridSampleMovesPixelsOfEveryType) {
  using Complex = std::complex<float>;
  const Tensor image = Tensor::of<Complex>({1, 1, 1, 2}, {Complex(1, 2), Complex(3, 4)});
  const Tensor grid = Tensor::of<float>({1, 1, 3, 2}, {-0.5f, 0, 0.5f, 0, 9, 0});
  Attributes nearest = {{"mode", std::string("nearest")}};
  EXPECT_THAT(
      elements<Complex>(resampled({.op = "GridSample", .version = 20, .attributes = nearest, .inputs = {image, grid}})),
      ElementsAre(Complex(1, 2), Complex(3, 4), Complex(0, 0)));
  const Tensor words = Tensor::strings({1, 1, 1, 2}, {"a", "b"});
  EXPECT_THAT(strings(resampled({.op = "GridSample", .version = 20, .attributes = nearest, .inputs = {words, grid}})),
              ElementsAre("a", "b", ""));
  EXPECT_THAT(run_op({.op = "GridSample", .version = 20, .inputs = {words, grid}}).status().message(),
              HasSubstr("computes with numbers, not with string"));
}

TEST(Select, FindsStringsAndComplexNumbersThatAreNotZero) {
  EXPECT_THAT(
      elements<int64_t>(resampled({.op = "NonZero", .version = 13, .inputs = {Tensor::strings({3}, {"", "x", ""})}})),
      ElementsAre(1));
  using Complex = std::complex<double>;
  const Tensor x = Tensor::of<Complex>({4}, {Complex(1, 2), Complex(0, 0), Complex(1, -2), Complex(1, 2)});
  EXPECT_THAT(elements<int64_t>(resampled({.op = "NonZero", .version = 13, .inputs = {x}})), ElementsAre(0, 2, 3));
  EXPECT_THAT(elements<Complex>(resampled({.op = "Unique", .version = 11, .inputs = {x}})),
              ElementsAre(Complex(0, 0), Complex(1, -2), Complex(1, 2)));
}

TEST(Functions, ErfOfAnIntegerIsRoundedTowardsZero) {
  EXPECT_THAT(
      elements<int32_t>(resampled({.op = "Erf", .version = 9, .inputs = {Tensor::of<int32_t>({4}, {-9, -1, 1, 9})}})),
      ElementsAre(-1, 0, 0, 1));
}

}  // namespace
}  // namespace mortise::test
