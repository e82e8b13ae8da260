// Operators on boxes of images and of chance against hand calculations.
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "tests/support/run_op.h"
#include "tests/support/typed.h"

namespace mortise::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::IsNan;
using testing::Pointwise;

struct Alignment {
  std::string mode = "avg";
  int64_t height = 1, width = 1, ratio = 0;
  float scale = 1;
  bool half_pixel = true;
};

auto align(const Alignment& as, Tensor images, Tensor boxes) {
  const int64_t count = boxes.dim(0);
  Tensor zeros = Tensor::allocate(DType::kI64, {count}).value();
  std::fill_n(zeros.data<int64_t>(), count, 0);
  return run_op({.op = "RoiAlign",
                 .version = 16,
                 .attributes = {{"coordinate_transformation_mode",
                                 std::string(as.half_pixel ? "half_pixel" : "output_half_pixel")},
                                {"mode", as.mode},
                                {"output_height", as.height},
                                {"output_width", as.width},
                                {"sampling_ratio", as.ratio},
                                {"spatial_scale", as.scale}},
                 .inputs = {std::move(images), std::move(boxes), std::move(zeros)},
                 .threads = 2});
}

// One sample after the other, as the operator's definition has it, of images [1, C, H, W].
std::vector<double> aligned(const Alignment& as, const Tensor& images, const Tensor& boxes) {
  const int64_t rows = images.dim(2), columns = images.dim(3);
  std::vector<double> result;
  for (int64_t i = 0; i < boxes.dim(0) * images.dim(1) * as.height * as.width; ++i) {
    const int64_t x = i % as.width, y = i / as.width % as.height, plane = i / as.width / as.height;
    const float* box = boxes.data<float>() + plane / images.dim(1) * 4;
    const float* image = images.data<float>() + plane % images.dim(1) * rows * columns;
    double width = (double{box[2]} - double{box[0]}) * as.scale, height = (double{box[3]} - double{box[1]}) * as.scale;
    if (!as.half_pixel) width = std::max(width, 1.0), height = std::max(height, 1.0);
    width /= static_cast<double>(as.width), height /= static_cast<double>(as.height);
    const auto count = [&](double size) { return as.ratio > 0 ? as.ratio : static_cast<int64_t>(std::ceil(size)); };
    double sum = 0, highest = -INFINITY;
    for (int64_t r = 0; r < count(height); ++r) {
      for (int64_t c = 0; c < count(width); ++c) {
        const auto place = [&](double from, int64_t bin, int64_t k, double size) {
          const double part = (static_cast<double>(k) + 0.5) / static_cast<double>(count(size));
          return from * as.scale - (as.half_pixel ? 0.5 : 0) + (static_cast<double>(bin) + part) * size;
        };
        const double v = place(box[1], y, r, height), u = place(box[0], x, c, width);
        const bool inside = v >= -1 && v <= static_cast<double>(rows) && u >= -1 && u <= static_cast<double>(columns);
        const double down = std::clamp(v, 0.0, static_cast<double>(rows - 1));
        const double right = std::clamp(u, 0.0, static_cast<double>(columns - 1));
        for (const int64_t dy : {0, 1}) {
          for (const int64_t dx : {0, 1}) {
            const auto top = static_cast<int64_t>(down), left = static_cast<int64_t>(right);
            const double vertical = down - static_cast<double>(top), horizontal = right - static_cast<double>(left);
            const double weight = (dy == 0 ? 1 - vertical : vertical) * (dx == 0 ? 1 - horizontal : horizontal);
            const float pixel = image[std::min(top + dy, rows - 1) * columns + std::min(left + dx, columns - 1)];
            const double value = inside ? weight * static_cast<double>(pixel) : 0;
            sum += value;
            highest = std::isnan(value) || std::isnan(highest) ? NAN : std::max(highest, value);
          }
        }
      }
    }
    const int64_t samples = std::max<int64_t>(count(height), 0) * std::max<int64_t>(count(width), 0);
    result.push_back(samples == 0 ? 0 : as.mode == "max" ? highest : sum / static_cast<double>(samples));
  }
  return result;
}

TEST(RoiAlign, TakesEverySample) {
  std::minstd_rand random(1);
  const auto number = [&](int from, int to) { return std::uniform_int_distribution(from, to)(random); };
  for (int i = 0; i < 200; ++i) {
    const Alignment as{.mode = i % 2 == 0 ? "avg" : "max",
                       .height = number(1, 4),
                       .width = number(1, 4),
                       .ratio = number(0, 4) * number(0, 4),
                       .scale = i % 3 == 0 ? 1.0f : 0.37f,
                       .half_pixel = i % 5 != 0};
    Tensor images = eighths(DType::kF32, {1, 2, number(1, 7), number(1, 7)}, static_cast<uint32_t>(i));
    Tensor boxes = Tensor::allocate(DType::kF32, {3, 4}).value();
    // Some end on pixels, and some lie the wrong way round or outside.
    for (float& corner : boxes.elements<float>()) corner = static_cast<float>(number(-40, 120)) / (i % 4 == 0 ? 8 : 3);
    if (i % 7 == 0) images.data<float>()[number(0, static_cast<int>(images.num_elements()) - 1)] = INFINITY;
    const auto y = align(as, images, boxes);
    ASSERT_TRUE(y.ok()) << y.status().message();
    const std::vector<float> values = floats((*y)[0]);
    const std::vector<double> wanted = aligned(as, images, boxes);
    ASSERT_EQ(values.size(), wanted.size());
    for (size_t e = 0; e < wanted.size(); ++e) {
      const float got = values[e], exact = static_cast<float>(wanted[e]);
      if (std::isfinite(exact)) {
        EXPECT_NEAR(got, exact, 1e-6f) << i << " element " << e;
      } else {
        EXPECT_TRUE(std::isnan(exact) ? std::isnan(got) : got == exact) << i << " element " << e;
      }
    }
  }
}

// The work does not grow with the number of samples.
TEST(RoiAlign, TakesAnyNumberOfSamples) {
  const Tensor ramp = Tensor::of<float>({1, 1, 1, 3}, {1, 2, 4});
  for (const int64_t ratio : {int64_t{1} << 12, int64_t{1} << 50}) {
    // The mean of the line through the pixels: from 1 over 2 to 4, and half a pixel of each edge around it.
    const auto y = align({.ratio = ratio}, ramp, Tensor::of<float>({1, 4}, {0, 0, 3, 1}));
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-5f), {(0.5f + 1.5f + 3 + 2) / 3}));
  }
  const auto highest = align({.mode = "max", .ratio = int64_t{1} << 50}, ramp, Tensor::of<float>({1, 4}, {0, 0, 3, 1}));
  ASSERT_TRUE(highest.ok()) << highest.status().message();
  EXPECT_THAT(floats((*highest)[0]), ElementsAre(4));
}

TEST(RoiAlign, TakesBoxesOfAnySize) {
  std::vector<double> pixels(5000);
  double sum = 0;
  for (size_t i = 0; i < pixels.size(); ++i) sum += pixels[i] = static_cast<double>(i % 17);
  const auto y = align({}, typed(DType::kF32, {1, 1, 5000, 1}, pixels), Tensor::of<float>({1, 4}, {0, 0, 1, 5000}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-5f), {static_cast<float>(sum / 5000)}));
  // Four of 2^60 samples, or near, are inside.
  for (const char* mode : {"avg", "max"}) {
    const auto far = align({.mode = mode}, Tensor::of<float>({1, 1, 2, 2}, {1, 2, 3, 4}),
                           Tensor::of<float>({1, 4}, {-0x1p29f, -0x1p29f, 0x1p29f, 0x1p29f}));
    ASSERT_TRUE(far.ok()) << far.status().message();
    EXPECT_THAT(floats((*far)[0]), Each(mode == std::string("avg") ? FloatNear(0, 1e-15f) : FloatNear(4, 0)));
  }
}

TEST(RoiAlign, SaysWhatIsWrong) {
  const Tensor image = Tensor::of<float>({1, 1, 1, 1}, {1});
  const auto said = [&](const Alignment& as, std::initializer_list<float> box) {
    const auto y = align(as, image, Tensor::of<float>({1, 4}, box));
    return y.ok() ? std::string("nothing") : std::string(y.status().message());
  };
  EXPECT_THAT(said({.height = 0}, {0, 0, 1, 1}), HasSubstr("attribute output_height is 0; it must be at least 1"));
  EXPECT_THAT(said({.width = -2}, {0, 0, 1, 1}), HasSubstr("attribute output_width is -2; it must be at least 1"));
  EXPECT_THAT(said({.ratio = -1}, {0, 0, 1, 1}), HasSubstr("attribute sampling_ratio is -1; it must be from 0 to"));
  EXPECT_THAT(said({}, {0, 0, NAN, 1}), HasSubstr("box 0 of rois has bins of nan pixels along axis 3 of X"));
  EXPECT_THAT(said({.ratio = 1}, {0, 0, 1, INFINITY}), HasSubstr("of inf pixels along axis 2 of X, which is not fini"));
  EXPECT_THAT(said({}, {0, 0, 1, 1e30f}), HasSubstr("at most 4503599627370496 can have a sample each"));
}

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
  const auto highest = [](std::initializer_list<float> image, std::initializer_list<float> box) {
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
    EXPECT_THAT(highest(image, {0, 0, 1, 1}), ElementsAre(IsNan()));
  EXPECT_THAT(highest({1, 2, 3, 4}, {0, 0, 1, 1}), ElementsAre(1));  // a quarter of the highest
  EXPECT_THAT(highest({NAN, 2, 3, 4}, {7, 7, 8, 8}), ElementsAre(0));
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
