// DeformConv against loops that follow its definition, and against Conv where nothing is moved.
#include <gmock/gmock.h>

#include "tests/support/run_op.h"
#include "tests/support/typed.h"

namespace mortise::test {
namespace {

using testing::HasSubstr;

struct DeformCase {
  int64_t n, c, h, w, m, kh, kw, stride, dilation, top, left, bottom, right, groups, offset_groups;
  int64_t oh() const { return (h + top + bottom - ((kh - 1) * dilation + 1)) / stride + 1; }
  int64_t ow() const { return (w + left + right - ((kw - 1) * dilation + 1)) / stride + 1; }
  int64_t taps() const { return kh * kw; }
};

// The value between four pixels, each 0 outside the image.
double between(const double* image, int64_t height, int64_t width, double y, double x) {
  double sum = 0;
  for (int64_t r = 0; r < height; ++r)
    for (int64_t q = 0; q < width; ++q)
      sum += image[r * width + q] * std::max(0.0, 1 - std::fabs(y - static_cast<double>(r))) *
             std::max(0.0, 1 - std::fabs(x - static_cast<double>(q)));
  return sum;
}

std::vector<double> naive(const DeformCase& s, const std::vector<Value>& inputs) {
  const auto x = doubles(inputs[0].tensor), w = doubles(inputs[1].tensor), offset = doubles(inputs[2].tensor);
  const auto bias = doubles(inputs[3].tensor), mask = doubles(inputs[4].tensor);
  const int64_t cg = s.c / s.groups, mg = s.m / s.groups;
  std::vector<double> y;
  for (int64_t n = 0; n < s.n; ++n)
    for (int64_t m = 0; m < s.m; ++m)
      for (int64_t i = 0; i < s.oh(); ++i)
        for (int64_t j = 0; j < s.ow(); ++j) {
          double sum = bias[m];
          for (int64_t c = 0; c < cg; ++c)
            for (int64_t a = 0; a < s.kh; ++a)
              for (int64_t b = 0; b < s.kw; ++b) {
                const int64_t channel = m / mg * cg + c, og = channel / (s.c / s.offset_groups);
                const int64_t tap = (n * s.offset_groups + og) * s.taps() + a * s.kw + b;
                const auto at = [&](int64_t plane) { return (plane * s.oh() + i) * s.ow() + j; };
                const double row = static_cast<double>(i * s.stride - s.top + a * s.dilation) + offset[at(tap * 2)];
                const double column =
                    static_cast<double>(j * s.stride - s.left + b * s.dilation) + offset[at(tap * 2 + 1)];
                sum += between(&x[(n * s.c + channel) * s.h * s.w], s.h, s.w, row, column) * mask[at(tap)] *
                       w[((m * cg + c) * s.kh + a) * s.kw + b];
              }
          y.push_back(sum);
        }
  return y;
}

Attributes attributes_of(const DeformCase& s) {
  return {{"strides", std::vector<int64_t>{s.stride, s.stride}},
          {"dilations", std::vector<int64_t>{s.dilation, s.dilation}},
          {"pads", std::vector<int64_t>{s.top, s.left, s.bottom, s.right}},
          {"group", s.groups},
          {"offset_group", s.offset_groups}};
}

std::vector<Value> inputs_of(const DeformCase& s, DType dtype) {
  return {eighths(dtype, {s.n, s.c, s.h, s.w}, 1), eighths(dtype, {s.m, s.c / s.groups, s.kh, s.kw}, 2),
          eighths(dtype, {s.n, s.offset_groups * s.taps() * 2, s.oh(), s.ow()}, 3), eighths(dtype, {s.m}, 4),
          eighths(dtype, {s.n, s.offset_groups * s.taps(), s.oh(), s.ow()}, 5)};
}

TEST(DeformConv, MatchesItsDefinition) {
  const DeformCase cases[] = {
      {1, 1, 3, 3, 1, 2, 2, 1, 1, 0, 0, 0, 0, 1, 1}, {2, 4, 5, 6, 6, 3, 2, 1, 1, 1, 0, 2, 1, 2, 1},
      {1, 6, 7, 5, 3, 2, 2, 2, 2, 1, 1, 0, 2, 3, 2}, {1, 4, 4, 4, 70, 1, 1, 1, 1, 0, 0, 0, 0, 1, 4},
      {2, 6, 4, 9, 2, 3, 3, 1, 1, 1, 1, 1, 1, 1, 3}, {0, 2, 3, 3, 2, 2, 2, 1, 1, 0, 0, 0, 0, 1, 1}};
  for (const DeformCase& s : cases) {
    for (const DType dtype : kFloatTypes) {
      const auto inputs = inputs_of(s, dtype);
      for (const uint32_t threads : {1u, 3u}) {
        const auto y = run_op(
            {.op = "DeformConv", .version = 19, .attributes = attributes_of(s), .inputs = inputs, .threads = threads});
        ASSERT_TRUE(y.ok()) << y.status().message();
        EXPECT_EQ((*y)[0].tensor.shape(), (Shape{s.n, s.m, s.oh(), s.ow()}));
        expect_near((*y)[0], naive(s, inputs));
      }
    }
  }
}

TEST(DeformConv, IsConvWhereNothingIsMoved) {
  for (const Shape& spatial : {Shape{7}, Shape{4, 3}, Shape{4, 3, 5}, Shape{3, 3, 3, 3}}) {
    Shape image{2, 3}, weights{4, 3}, offset{2, int64_t{1} << spatial.rank()};
    offset[1] *= spatial.rank();
    for (const int64_t extent : spatial) {
      image.push_back(extent);
      weights.push_back(2);
      offset.push_back(extent - 1);
    }
    const Tensor x = eighths(DType::kF64, image, 1), w = eighths(DType::kF64, weights, 2);
    const Tensor still = typed(DType::kF64, offset, std::vector<double>(offset.num_elements(), 0.0));
    const auto y = run_op({.op = "DeformConv", .version = 22, .inputs = {x, w, still}});
    const auto wanted = run_op({.op = "Conv", .version = 11, .inputs = {x, w}});
    ASSERT_TRUE(y.ok() && wanted.ok()) << y.status().message();
    expect_near((*y)[0], doubles((*wanted)[0].tensor));
  }
}

TEST(DeformConv, ReadsZeroFarOutsideAndAtNoNumber) {
  for (const float offset : {-1e30f, 1e30f, std::nanf(""), -INFINITY}) {
    const auto y = run_op({.op = "DeformConv",
                           .version = 19,
                           .inputs = {Tensor::of<float>({1, 1, 1, 1}, {7}), Tensor::of<float>({1, 1, 1, 1}, {1}),
                                      Tensor::of<float>({1, 2, 1, 1}, {offset, 0})}});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_EQ(floats((*y)[0]), std::vector<float>{0});
  }
}

TEST(DeformConv, RefusesWhatDoesNotFit) {
  const DeformCase s{1, 4, 4, 4, 2, 2, 2, 1, 1, 0, 0, 0, 0, 1, 2};
  const auto message = [&](size_t input, const Shape& shape, Attributes attributes) {
    auto inputs = inputs_of(s, DType::kF32);
    inputs[input] = eighths(DType::kF32, shape, 1);
    const auto y = run_op({.op = "DeformConv", .version = 19, .attributes = std::move(attributes), .inputs = inputs});
    return y.ok() ? std::string() : std::string(y.status().message());
  };
  EXPECT_THAT(message(2, {1, 8, 3, 3}, attributes_of(s)), HasSubstr("offset [1, 8, 3, 3] must be [1, 16, 3, 3]"));
  EXPECT_THAT(message(2, {1, 16, 4, 3}, attributes_of(s)), HasSubstr("offset [1, 16, 4, 3] must be"));
  EXPECT_THAT(message(4, {1, 4, 3, 3}, attributes_of(s)), HasSubstr("mask [1, 4, 3, 3] must be [1, 8, 3, 3]"));
  EXPECT_THAT(message(3, {3}, attributes_of(s)), HasSubstr("B [3] does not fit 2 filters"));
  EXPECT_THAT(message(3, {2}, {{"offset_group", int64_t{3}}}), HasSubstr("do not make 3 offset groups"));
  EXPECT_THAT(message(3, {2}, {{"offset_group", int64_t{0}}}), HasSubstr("do not make 0 offset groups"));
  EXPECT_THAT(message(3, {2}, {{"group", int64_t{3}}}), HasSubstr("do not make 3 groups"));
}

}  // namespace
}  // namespace mortise::test
