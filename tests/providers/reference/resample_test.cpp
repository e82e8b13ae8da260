// Resize, Upsample and GridSample move elements of every type where they need no arithmetic; so do NonZero and Unique
// with what has no order.
#include <gmock/gmock.h>

#include <algorithm>
#include <complex>
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
              HasSubstr("cannot be scaled"));
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
