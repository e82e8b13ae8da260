// Conv, ConvTranspose and the pools against loops that follow ONNX's formulas element by element.
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

struct ConvTransposeCase {
  Shape x, w;
  std::vector<int64_t> strides, dilations, pads, output_padding;
  int64_t groups = 1;

  OpTest test(std::vector<Value> inputs, uint32_t threads = 1, const char* options = "{}") const {
    return {.op = "ConvTranspose",
            .version = 11,
            .attributes = {{"strides", strides},
                           {"dilations", dilations},
                           {"pads", pads},
                           {"output_padding", output_padding},
                           {"group", groups}},
            .inputs = std::move(inputs),
            .options = options,
            .threads = threads};
  }
};

// To the next coordinates in row-major order; false after the last ones.
bool advance(Shape& at, const Shape& extents) {
  for (uint32_t axis = extents.rank(); axis-- > 0;) {
    if (++at[axis] < extents[axis]) return true;
    at[axis] = 0;
  }
  return false;
}

// The definition: every input element goes through every weight of its channel to the one output element it reaches.
std::vector<double> naive(const ConvTransposeCase& s, const Tensor& x, const Tensor& w, const Tensor& bias) {
  const uint32_t rank = s.x.rank(), axes = rank - 2;
  Shape extents{s.x[0], s.w[1] * s.groups};
  for (uint32_t i = 0; i < axes; ++i) {
    extents.push_back((s.x[i + 2] - 1) * s.strides[i] + s.output_padding[i] + (s.w[i + 2] - 1) * s.dilations[i] + 1 -
                      s.pads[i] - s.pads[i + axes]);
  }
  std::vector<double> y;
  for (int64_t plane = 0; plane < extents[0] * extents[1]; ++plane) {
    y.insert(y.end(), static_cast<size_t>(extents.product(2, rank)), bias.elements<float>()[plane % extents[1]]);
  }
  const Shape filters(std::span(s.w.data() + 1, rank - 1));  // the weights of one channel
  const int64_t group_channels = s.x[1] / s.groups;
  const float* pixel = x.data<float>();
  Shape at(rank, 0);
  do {
    const float* weight = w.data<float>() + at[1] * filters.num_elements();
    Shape tap(rank - 1, 0);
    do {
      int64_t to = at[0] * extents[1] + at[1] / group_channels * s.w[1] + tap[0];
      bool inside = true;
      for (uint32_t i = 0; i < axes; ++i) {
        const int64_t o = at[i + 2] * s.strides[i] + tap[i + 1] * s.dilations[i] - s.pads[i];
        inside = inside && o >= 0 && o < extents[i + 2];
        to = to * extents[i + 2] + o;
      }
      if (inside) y[static_cast<size_t>(to)] += double{*pixel} * double{*weight};
      ++weight;
    } while (advance(tap, filters));
    ++pixel;
  } while (advance(at, s.x));
  return y;
}

TEST(ConvTranspose, MatchesItsDefinition) {
  const ConvTransposeCase cases[] = {
      {{1, 1, 5}, {1, 1, 2}, {3}, {1}, {0, 0}, {0}},                       // strides beyond the kernel
      {{2, 3, 4}, {3, 2, 1}, {1000}, {1}, {0, 7}, {5}},                    // and far beyond
      {{1, 4, 9}, {4, 3, 4}, {2}, {3}, {2, 5}, {1}, 2},                    // 1-D in groups
      {{1, 1, 30000}, {1, 2, 3}, {1}, {1}, {1, 1}, {0}},                   // several parts of a plane
      {{2, 3, 5, 4}, {3, 2, 3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, {0, 0}},  // the usual kernels
      {{1, 4, 6, 5}, {4, 3, 4, 2}, {2, 2}, {1, 1}, {1, 0, 2, 1}, {1, 0}},  // more than one filter, bounds of all kinds
      {{1, 6, 7, 5}, {6, 1, 3, 4}, {2, 1}, {1, 2}, {0, 2, 3, 1}, {0, 0}, 6},      // one channel and filter a group
      {{2, 6, 3, 4}, {6, 5, 2, 3}, {5, 3}, {4, 2}, {3, 0, 1, 2}, {2, 1}, 3},      // all at once
      {{1, 130, 3, 3}, {130, 40, 2, 2}, {2, 2}, {1, 1}, {0, 0, 0, 0}, {0, 0}},    // several tiles of a product
      {{1, 1, 2, 2}, {1, 1, 40, 40}, {64, 64}, {1, 1}, {9, 20, 11, 10}, {0, 0}},  // crops more than a tap
      {{1, 2, 3, 2, 4}, {2, 3, 2, 3, 2}, {1, 2, 3}, {2, 1, 1}, {0, 1, 0, 1, 0, 1}, {0, 1, 0}},
      {{2, 4, 2, 3, 3}, {4, 1, 3, 3, 3}, {4, 2, 1}, {1, 1, 2}, {1, 1, 2, 0, 1, 1}, {3, 0, 0}, 4},
  };
  for (const ConvTransposeCase& s : cases) {
    const Tensor x = noise(s.x, 1), w = noise(s.w, 2), bias = noise({s.w[1] * s.groups}, 3);
    const std::vector<double> expected = naive(s, x, w, bias);
    for (const char* options : {"{}", R"({"accumulate": "f64"})"}) {
      const auto y = run_op(s.test({x, w, bias}, 3, options));
      ASSERT_TRUE(y.ok()) << y.status().message();
      const std::vector<float> values = floats((*y)[0]);
      EXPECT_EQ(std::vector<double>(values.begin(), values.end()), expected) << to_string(s.x) << " " << options;
    }
  }
}

// Products beyond 8 MiB are formed some images, filters or taps at a time.
TEST(ConvTranspose, MatchesItsDefinitionWhereProductsTakeMuchMemory) {
  const ConvTransposeCase cases[] = {
      {{3, 2, 100000}, {2, 2, 5}, {1}, {2}, {1, 2}, {0}},
      {{1, 2, 100000}, {2, 5, 5}, {3}, {1}, {0, 0}, {0}},
      {{1, 2, 300000}, {2, 1, 9}, {2}, {1}, {4, 3}, {1}},
  };
  for (const ConvTransposeCase& s : cases) {
    const Tensor x = noise(s.x, 4), w = noise(s.w, 5), bias = noise({s.w[1]}, 6);
    const auto y = run_op(s.test({x, w, bias}));
    ASSERT_TRUE(y.ok()) << y.status().message();
    const std::vector<float> values = floats((*y)[0]);
    EXPECT_TRUE(std::vector<double>(values.begin(), values.end()) == naive(s, x, w, bias)) << to_string(s.x);
  }
}

TEST(ConvTranspose, GivesTheSameBitsWithAnyNumberOfThreads) {
  const ConvTransposeCase cases[] = {
      {{2, 24, 17, 19}, {24, 10, 5, 4}, {2, 3}, {1, 1}, {1, 2, 0, 1}, {0, 0}},
      {{1, 1, 100, 100}, {1, 1, 5, 5}, {3, 2}, {1, 1}, {0, 0, 0, 0}, {0, 0}},
  };
  for (const ConvTransposeCase& s : cases) {
    Tensor x = noise(s.x, 7), w = noise(s.w, 8);
    for (float& value : x.elements<float>()) value = std::sin(value) * 0.7f;
    for (float& value : w.elements<float>()) value = std::cos(value) * 1.3f;
    for (const char* options : {"{}", R"({"accumulate": "f64"})"}) {
      const auto one = run_op(s.test({x, w}, 1, options)), four = run_op(s.test({x, w}, 4, options));
      ASSERT_TRUE(one.ok() && four.ok());
      EXPECT_EQ(floats((*one)[0]), floats((*four)[0]));
    }
  }
}

TEST(ConvTranspose, SumsHalvesInFloat) {
  const ConvTransposeCase s{{1, 4, 1}, {4, 1, 2}, {1}, {1}, {0, 0}, {0}};
  const auto y = run_op(s.test({Tensor::of<Half>({1, 4, 1}, {2048, 1, 1, -2048}),
                                Tensor::of<Half>({4, 1, 2}, {1, 1, 1, 1, 1, 1, 1, 1}), Tensor::of<Half>({1}, {0.5f})}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<Half>((*y)[0]), ElementsAre(2.5f, 2.5f));
}

TEST(ConvTranspose, SendsNanAndInfinityOnlyWhereTheyReach) {
  // One channel, and two whose second adds nothing.
  for (const int64_t channels : {int64_t{1}, int64_t{2}}) {
    const auto run = [&](int64_t stride, std::vector<float> x, std::vector<float> w) {
      const auto extent = static_cast<int64_t>(x.size()), taps = static_cast<int64_t>(w.size());
      x.resize(x.size() * static_cast<size_t>(channels), 0);
      w.resize(w.size() * static_cast<size_t>(channels), 0);
      const ConvTransposeCase s{{1, channels, extent}, {channels, 1, taps}, {stride}, {1}, {0, 0}, {0}};
      Tensor image = Tensor::allocate(DType::kF32, s.x).value(), weights = Tensor::allocate(DType::kF32, s.w).value();
      std::copy(x.begin(), x.end(), image.data<float>());
      std::copy(w.begin(), w.end(), weights.data<float>());
      return floats(run_op(s.test({image, weights})).value()[0]);
    };
    EXPECT_THAT(run(1, {1}, {1, NAN}), ElementsAre(1, IsNan()));
    EXPECT_THAT(run(3, {1, 1}, {INFINITY}), ElementsAre(INFINITY, 0, 0, INFINITY));
    EXPECT_THAT(run(2, {1, NAN, 2}, {1, INFINITY}), ElementsAre(1, INFINITY, IsNan(), IsNan(), 2, INFINITY));
  }
}

TEST(ConvTranspose, GivesTheBiasWithoutPixelsOrChannels) {
  const ConvTransposeCase cases[] = {
      {{1, 0, 2}, {0, 2, 2}, {1}, {1}, {0, 0}, {0}},
      {{1, 3, 0}, {3, 2, 4}, {1}, {1}, {0, 0}, {0}},
  };
  for (const ConvTransposeCase& s : cases) {
    const auto y = run_op(s.test({noise(s.x, 1), noise(s.w, 2), Tensor::of<float>({2}, {5, 7})}));
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_THAT(floats((*y)[0]), ElementsAre(5, 5, 5, 7, 7, 7));
  }
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
