// Conv and the pools against loops that follow ONNX's formulas element by element.
#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::IsNan;
using testing::Pointwise;

// Small whole numbers without a pattern: sums of their products are exact in float.
Tensor noise(const Shape& shape, uint32_t seed) {
  Tensor tensor = Tensor::allocate(DType::kF32, shape).value();
  for (float& value : tensor.elements<float>()) {
    seed = seed * 1664525u + 1013904223u;
    value = static_cast<float>(static_cast<int32_t>(seed >> 24) % 9 - 4);
  }
  return tensor;
}

struct Conv2d {
  int64_t n, c, h, w, m, kh, kw, stride, dilation, pad, groups;
};

// The definition: seven nested loops.
std::vector<float> naive(const Conv2d& s, const float* x, const float* w) {
  std::vector<float> y;
  const int64_t oh = (s.h + 2 * s.pad - ((s.kh - 1) * s.dilation + 1)) / s.stride + 1;
  const int64_t ow = (s.w + 2 * s.pad - ((s.kw - 1) * s.dilation + 1)) / s.stride + 1;
  const int64_t cg = s.c / s.groups, mg = s.m / s.groups;
  for (int64_t n = 0; n < s.n; ++n)
    for (int64_t m = 0; m < s.m; ++m)
      for (int64_t i = 0; i < oh; ++i)
        for (int64_t j = 0; j < ow; ++j) {
          float sum = 0;
          for (int64_t c = 0; c < cg; ++c)
            for (int64_t a = 0; a < s.kh; ++a)
              for (int64_t b = 0; b < s.kw; ++b) {
                const int64_t r = i * s.stride - s.pad + a * s.dilation, q = j * s.stride - s.pad + b * s.dilation;
                if (r < 0 || r >= s.h || q < 0 || q >= s.w) continue;
                sum += x[((n * s.c + m / mg * cg + c) * s.h + r) * s.w + q] * w[((m * cg + c) * s.kh + a) * s.kw + b];
              }
          y.push_back(sum);
        }
  return y;
}

TEST(Conv, MatchesItsDefinition) {
  const Conv2d cases[] = {
      {1, 3, 7, 9, 5, 3, 3, 1, 1, 1, 1},    {2, 4, 8, 8, 6, 3, 2, 2, 1, 0, 2},  {1, 6, 9, 9, 6, 3, 3, 1, 2, 2, 6},
      {1, 200, 5, 5, 70, 1, 1, 1, 1, 0, 1}, {1, 20, 6, 6, 3, 5, 5, 1, 1, 4, 1}, {3, 2, 12, 11, 67, 3, 3, 3, 1, 1, 1},
  };
  for (const Conv2d& s : cases) {
    const Tensor x = noise({s.n, s.c, s.h, s.w}, 1), w = noise({s.m, s.c / s.groups, s.kh, s.kw}, 2);
    for (const uint32_t threads : {1u, 3u}) {
      const auto y = run_op({.op = "Conv",
                             .version = 11,
                             .attributes = {{"strides", std::vector<int64_t>{s.stride, s.stride}},
                                            {"dilations", std::vector<int64_t>{s.dilation, s.dilation}},
                                            {"pads", std::vector<int64_t>(4, s.pad)},
                                            {"group", s.groups}},
                             .inputs = {x, w},
                             .threads = threads});
      ASSERT_TRUE(y.ok()) << y.status().message();
      EXPECT_EQ(floats((*y)[0]), naive(s, x.data<float>(), w.data<float>()));
    }
  }
}

TEST(Conv, SameUpperPadsAtTheEnd) {
  const auto y = run_op({.op = "Conv",
                         .version = 11,
                         .attributes = {{"auto_pad", std::string("SAME_UPPER")}},
                         .inputs = {Tensor::of<float>({1, 1, 3}, {1, 2, 3}), Tensor::of<float>({1, 1, 2}, {1, 10}),
                                    Tensor::of<float>({1}, {100})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(121, 132, 103));
}

TEST(Conv, RefusesGroupsThatDoNotFit) {
  const auto y = run_op({.op = "Conv",
                         .version = 11,
                         .attributes = {{"group", int64_t{2}}},
                         .inputs = {noise({1, 3, 4, 4}, 1), noise({2, 1, 1, 1}, 1)}});
  ASSERT_FALSE(y.ok());
  EXPECT_THAT(y.status().message(), HasSubstr("do not make 2 groups"));
}

TEST(Conv, RefusesImpossibleWindows) {
  for (const int64_t bad : {int64_t{0}, int64_t{-1}, int64_t{1} << 62}) {
    for (const char* name : {"strides", "dilations"}) {
      const auto y = run_op({.op = "Conv",
                             .version = 11,
                             .attributes = {{name, std::vector<int64_t>{bad}}},
                             .inputs = {noise({1, 1, 4}, 1), noise({1, 1, 2}, 1)}});
      EXPECT_FALSE(y.ok()) << name << " " << bad;
    }
  }
  EXPECT_FALSE(run_op({.op = "Conv", .version = 11, .inputs = {noise({1, 1, 2}, 1), noise({1, 1, 3}, 1)}}).ok());
}

TEST(MaxPool, GivesIndicesInBothOrders) {
  for (const int64_t order : {int64_t{0}, int64_t{1}}) {
    const auto y = run_op({.op = "MaxPool",
                           .version = 12,
                           .attributes = {{"kernel_shape", std::vector<int64_t>{2, 2}}, {"storage_order", order}},
                           .inputs = {Tensor::of<float>({1, 1, 2, 3}, {1, 5, 2, 3, 4, 9})},
                           .num_outputs = 2});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_THAT(floats((*y)[0]), ElementsAre(5, 9));
    EXPECT_THAT(elements<int64_t>((*y)[1]), order == 0 ? ElementsAre(1, 5) : ElementsAre(2, 5));
  }
}

TEST(MaxPool, LetsNanWinWhereverItStands) {
  const auto y = run_op({.op = "MaxPool",
                         .version = 22,
                         .attributes = {{"kernel_shape", std::vector<int64_t>{2}}},
                         .inputs = {Tensor::of<float>({1, 1, 5}, {2, NAN, 1, 3, -1})},
                         .num_outputs = 2});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(IsNan(), IsNan(), 3, 3));
  EXPECT_THAT(elements<int64_t>((*y)[1]), ElementsAre(1, 1, 3, 3));
}

TEST(GlobalMaxPool, LetsNanWinWhereverItStands) {
  const auto y = run_op({.op = "GlobalMaxPool",
                         .version = 22,
                         .inputs = {Tensor::of<Half>({1, 4, 3}, {NAN, 1, 2, 1, NAN, 2, 1, 2, NAN, 1, 3, 2})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<Half>((*y)[0]), ElementsAre(IsNan(), IsNan(), IsNan(), 3));
}

TEST(AveragePool, CountsPaddingOnlyWhenAsked) {
  for (const int64_t count : {int64_t{0}, int64_t{1}}) {
    const auto y = run_op({.op = "AveragePool",
                           .version = 11,
                           .attributes = {{"kernel_shape", std::vector<int64_t>{2}},
                                          {"pads", std::vector<int64_t>{1, 0}},
                                          {"strides", std::vector<int64_t>{2}},
                                          {"ceil_mode", int64_t{1}},
                                          {"count_include_pad", count}},
                           .inputs = {Tensor::of<float>({1, 1, 4}, {2, 4, 6, 8})}});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_THAT(floats((*y)[0]), count == 0 ? ElementsAre(2, 5, 8) : ElementsAre(1, 5, 8));
  }
}

}  // namespace
}  // namespace mortise::test
