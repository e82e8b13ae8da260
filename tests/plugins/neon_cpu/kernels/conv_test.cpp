// Convolutions against sums in double.
#include "plugins/neon_cpu/kernels/conv.h"

#include "activations.h"
#include "kernel_test.h"

namespace mortise::neon {
namespace {

class Convolutions : public KernelTest {};
MORTISE_KERNEL_TEST_SUITE(Convolutions);

uint64_t volume(const Extents& e) { return e.d * e.h * e.w; }

std::string describe(const Extents& e) {
  return std::to_string(e.d) + "x" + std::to_string(e.h) + "x" + std::to_string(e.w);
}

// f(output index, input index) for every pair that kernel position k joins. For a transposed convolution the roles of
// the two are exchanged.
template <class F>
void for_pairs(const ConvShape& s, const Extents& from, const Extents& to, uint64_t k, F&& f) {
  const uint64_t kd = k / (s.kernel.w * s.kernel.h), kh = k / s.kernel.w % s.kernel.h, kw = k % s.kernel.w;
  for (uint64_t o = 0; o < volume(from); ++o) {
    const uint64_t d = o / (from.w * from.h) * s.stride.d + kd * s.dilation.d - s.pad.d;
    const uint64_t h = o / from.w % from.h * s.stride.h + kh * s.dilation.h - s.pad.h;
    const uint64_t w = o % from.w * s.stride.w + kw * s.dilation.w - s.pad.w;
    if (d < to.d && h < to.h && w < to.w) f(o, (d * to.h + h) * to.w + w);
  }
}

struct Options {
  bool residual = false;
  bool in_place = false;
  Activation activation = Activation::kNone;
  ConvMath math = ConvMath::kExact;
};

void check(ConvShape s, const Options& options = {}, bool transposed = false) {
  SCOPED_TRACE(std::to_string(s.batch) + "x" + std::to_string(s.in_channels) + "x" + describe(s.in) + " to " +
               std::to_string(s.out_channels) + "x" + describe(s.out) + " groups " + std::to_string(s.groups) +
               " kernel " + describe(s.kernel) + " stride " + describe(s.stride) + " dilation " + describe(s.dilation) +
               " pad " + describe(s.pad) + (transposed ? " transposed" : ""));
  const uint64_t in = volume(s.in), out = volume(s.out), kernel = volume(s.kernel);
  const uint64_t ic = s.in_channels / s.groups, oc = s.out_channels / s.groups;
  const Buffer<float> x = random_floats(s.batch * s.in_channels * in);
  const Buffer<float> w = random_floats(s.in_channels * oc * kernel);
  const Buffer<float> bias = random_floats(s.out_channels), residual = random_floats(s.batch * s.out_channels * out);
  Buffer<float> y(residual.size(), -7, 1);
  if (options.in_place) std::copy(residual.begin(), residual.end(), y.begin());
  Epilogue epilogue{.row_bias = bias.data(),
                    .residual = options.in_place   ? y.data()
                                : options.residual ? residual.data()
                                                   : nullptr,
                    .activation = options.activation,
                    .alpha = 0.1f,
                    .beta = 0.7f};

  if (transposed) {
    Buffer<float> columns(conv_transpose_columns(s));
    run_in_all_cuts(conv_transpose_gemm_work(s), columns, [&](uint64_t begin, uint64_t end, std::byte* scratch) {
      conv_transpose_gemm(s, x.data(), w.data(), columns.data(), begin, end, scratch);
    });
    run_in_all_cuts(conv_transpose_gather_work(s), y, [&](uint64_t begin, uint64_t end, std::byte* scratch) {
      conv_transpose_gather(s, columns.data(), epilogue, y.data(), begin, end, scratch);
    });
  } else {
    const ConvPlan plan = plan_conv(s, options.math);
    ASSERT_EQ(plan.method == ConvMethod::kWinograd, options.math == ConvMath::kFast);
    Buffer<float> prepared(plan.prepared_size);
    if (plan.prepared_size != 0) prepare_conv(plan, w.data(), prepared.data());
    ASSERT_TRUE(prepared.intact());
    const float* const weights = plan.prepared_size != 0 ? prepared.data() : w.data();
    Buffer<float> columns(plan.columns_size);
    run_in_all_cuts(plan.columns_work, columns, [&](uint64_t begin, uint64_t end, std::byte* scratch) {
      conv_columns(plan, x.data(), columns.data(), begin, end, scratch);
    });
    run_in_all_cuts(plan.work, y, [&](uint64_t begin, uint64_t end, std::byte* scratch) {
      conv(plan, x.data(), weights, columns.data(), epilogue, y.data(), begin, end, scratch);
    });
  }

  std::vector<double> expected(out);
  for (uint64_t plane = 0; plane < s.batch * s.out_channels; ++plane) {
    const uint64_t channel = plane % s.out_channels, image = plane / s.out_channels, group = channel / oc;
    for (uint64_t i = 0; i < out; ++i) {
      expected[i] = bias[channel] + (options.residual || options.in_place ? residual[plane * out + i] : 0);
    }
    for (uint64_t c = 0; c < ic; ++c) {
      const float* const from = x.data() + (image * s.in_channels + group * ic + c) * in;
      for (uint64_t k = 0; k < kernel; ++k) {
        if (transposed) {
          const double weight = w[((group * ic + c) * oc + channel % oc) * kernel + k];
          for_pairs(s, s.in, s.out, k, [&](uint64_t i, uint64_t o) { expected[o] += weight * from[i]; });
        } else {
          const double weight = w[(channel * ic + c) * kernel + k];
          for_pairs(s, s.out, s.in, k, [&](uint64_t o, uint64_t i) { expected[o] += weight * from[i]; });
        }
      }
    }
    for (uint64_t i = 0; i < out; ++i) {
      expect_close(y[plane * out + i], activate(options.activation, 0.1f, 0.7f, expected[i]),
                   (options.math == ConvMath::kFast ? 1e-5 : 4e-7) * (4 + std::sqrt(static_cast<double>(ic * kernel))),
                   "plane " + std::to_string(plane) + " element " + std::to_string(i));
    }
  }
}

uint64_t out_extent(uint64_t in, uint64_t kernel, uint64_t stride, uint64_t dilation, uint64_t pads) {
  return (in + pads - ((kernel - 1) * dilation + 1)) / stride + 1;
}

// Padding `pad` before and behind.
ConvShape square(uint64_t in_channels, uint64_t out_channels, uint64_t groups, uint64_t h, uint64_t w, uint64_t kernel,
                 uint64_t stride, uint64_t dilation, uint64_t pad) {
  return {
      .in_channels = in_channels,
      .out_channels = out_channels,
      .groups = groups,
      .in = {1, h, w},
      .out = {1, out_extent(h, kernel, stride, dilation, 2 * pad), out_extent(w, kernel, stride, dilation, 2 * pad)},
      .kernel = {1, kernel, kernel},
      .stride = {1, stride, stride},
      .dilation = {1, dilation, dilation},
      .pad = {0, pad, pad}};
}

TEST_P(Convolutions, OfKernelsStridesAndDilations) {
  for (const uint64_t kernel : {1, 2, 3, 5, 7}) {
    for (const uint64_t stride : {1, 2, 3}) {
      for (const uint64_t dilation : {1, 2}) {
        for (const uint64_t pad : {0, 1, 3}) {
          if (pad >= kernel * dilation) continue;
          check(square(3, 5, 1, 15, 19, kernel, stride, dilation, pad));
        }
      }
    }
  }
}

TEST_P(Convolutions, OfManyWidths) {
  for (const uint64_t w : {1, 2, 3, 7, 14, 15, 16, 17, 31, 33, 56, 63, 65, 130}) {
    check(square(4, 7, 1, 5, w, 3, 1, 1, 1));
    check(square(20, 70, 1, 3, w, 1, 1, 1, 0));
    check(square(6, 14, 2, 4, w, 3, 2, 1, 1));
    check(square(6, 6, 6, 5, w, 3, 1, 1, 1));
    check(square(6, 6, 6, 5, w, 3, 2, 1, 1));
  }
}

TEST_P(Convolutions, OfDeepWeights) {
  check(square(60, 17, 1, 9, 9, 3, 1, 1, 1), {.residual = true, .activation = Activation::kRelu});
  check(square(600, 50, 1, 7, 7, 1, 1, 1, 0), {.in_place = true, .activation = Activation::kSilu});
}

TEST_P(Convolutions, InGroups) {
  check(square(8, 12, 4, 9, 10, 3, 1, 1, 1), {.residual = true});
  ConvShape s = square(8, 12, 4, 9, 10, 3, 1, 1, 1);
  s.batch = 3;
  check(s, {.in_place = true, .activation = Activation::kClip});
}

TEST_P(Convolutions, Depthwise) {
  for (const uint64_t kernel : {1, 2, 3, 5}) {
    for (const uint64_t stride : {1, 2, 3}) {
      for (const uint64_t dilation : {1, 2, 3}) {
        check(square(3, 3, 3, 23, 21, kernel, stride, dilation, kernel / 2));
      }
    }
  }
  check(square(3, 9, 3, 11, 12, 3, 1, 1, 1), {.residual = true, .activation = Activation::kHardSwish});
  check(square(2, 2, 2, 130, 120, 3, 1, 1, 1), {.in_place = true, .activation = Activation::kClip});
  check(square(2, 2, 2, 131, 119, 3, 2, 1, 1));
  check(square(2, 2, 2, 3, 9000, 3, 2, 1, 1));
}

// The same with one input channel per group.
ConvShape by_channel(ConvShape shape) {
  shape.groups = shape.out_channels = shape.in_channels;
  return shape;
}

TEST_P(Convolutions, WithOneSidedPaddingAndUnequalAxes) {
  const ConvShape uneven{.batch = 2,
                         .in_channels = 3,
                         .out_channels = 4,
                         .in = {1, 9, 14},
                         .out = {1, 5, 15},
                         .kernel = {1, 3, 2},
                         .stride = {1, 2, 1},
                         .dilation = {1, 1, 2},
                         .pad = {0, 0, 3}};
  // A kernel wider than the image, and pixels that see nothing but padding.
  const ConvShape wide{
      .in_channels = 2, .out_channels = 3, .in = {1, 2, 2}, .out = {1, 4, 8}, .kernel = {1, 5, 3}, .pad = {0, 3, 4}};
  for (const ConvShape& shape : {uneven, wide}) {
    check(shape);
    check(by_channel(shape));
  }
}

TEST_P(Convolutions, OfOneAndThreeAxes) {
  check({.batch = 2,
         .in_channels = 5,
         .out_channels = 6,
         .in = {1, 1, 40},
         .out = {1, 1, 38},
         .kernel = {1, 1, 5},
         .pad = {0, 0, 1}});
  const ConvShape three_axes{.in_channels = 4,
                             .out_channels = 6,
                             .groups = 2,
                             .in = {5, 6, 7},
                             .out = {3, 6, 4},
                             .kernel = {3, 3, 3},
                             .stride = {2, 1, 2},
                             .pad = {1, 1, 1}};
  check(three_axes);
  check(by_channel(three_axes));
}

TEST_P(Convolutions, WithEveryActivation) {
  for (const Activation activation : kActivations) {
    check(square(3, 4, 1, 6, 7, 3, 1, 1, 1), {.residual = true, .activation = activation});
    check(square(3, 3, 3, 6, 7, 3, 1, 1, 1), {.residual = true, .activation = activation});
  }
}

TEST_P(Convolutions, AfterWinograd) {
  for (const uint64_t size : {14, 15, 29}) {
    check(square(24, 52, 1, size, size, 3, 1, 1, 1), {.math = ConvMath::kFast});
    check(square(16, 17, 1, size, 70, 3, 1, 1, 0),
          {.residual = true, .activation = Activation::kRelu, .math = ConvMath::kFast});
  }
  ConvShape s = square(32, 49, 1, 16, 16, 3, 1, 1, 1);
  s.batch = 3;
  check(s, {.in_place = true, .activation = Activation::kSilu, .math = ConvMath::kFast});
  // Padding at one side alone.
  s.pad = {0, 0, 0};
  check(s, {.math = ConvMath::kFast});
}

// The output of an image of zeros with `special` at (h, w), for weights of 1.
Buffer<float> convolve_special(ConvMath math, float special, const ConvShape& s, uint64_t h = 5, uint64_t w_at = 9) {
  Buffer<float> x(s.in_channels * s.in.h * s.in.w), w(s.in_channels * s.out_channels * 9, 1);
  x[h * s.in.w + w_at] = special;
  const ConvPlan plan = plan_conv(s, math);
  EXPECT_EQ(plan.method == ConvMethod::kWinograd, math == ConvMath::kFast);
  Buffer<float> prepared(plan.prepared_size), columns(plan.columns_size), y(s.out_channels * s.out.h * s.out.w);
  if (plan.prepared_size != 0) prepare_conv(plan, w.data(), prepared.data());
  run(plan.columns_work, [&](uint64_t begin, uint64_t end, std::byte* scratch) {
    conv_columns(plan, x.data(), columns.data(), begin, end, scratch);
  });
  run(plan.work, [&](uint64_t begin, uint64_t end, std::byte* scratch) {
    conv(plan, x.data(), plan.prepared_size != 0 ? prepared.data() : w.data(), columns.data(), {}, y.data(), begin, end,
         scratch);
  });
  return y;
}

TEST_P(Convolutions, KeepInfinitiesAndNaNWhereTheyAreSeen) {
  const ConvShape s = square(16, 16, 1, 29, 29, 3, 1, 1, 1);
  for (const float special : {INFINITY, NAN}) {
    const Buffer<float> exact = convolve_special(ConvMath::kExact, special, s);
    const Buffer<float> fast = convolve_special(ConvMath::kFast, special, s);
    for (uint64_t i = 0; i < exact.size(); ++i) {
      const uint64_t h = i / s.out.w % s.out.h, w = i % s.out.w;
      const bool seen = h >= 4 && h <= 6 && w >= 8 && w <= 10;
      if (!seen) {
        ASSERT_EQ(exact[i], 0) << "element " << i;
      } else if (std::isnan(special)) {
        ASSERT_TRUE(std::isnan(exact[i])) << "element " << i;
      } else {
        ASSERT_EQ(exact[i], special) << "element " << i;
      }
      const bool in_tile = h / 4 == 1 && w / 4 == 2;
      ASSERT_EQ(std::isfinite(fast[i]), !in_tile) << "element " << i;
    }
  }
}

// Neighbouring tiles see two rows and two columns in common: a number there is seen by four.
TEST_P(Convolutions, SpreadNaNOverNoMoreThanTheTilesThatSeeIt) {
  const ConvShape s = square(16, 16, 1, 29, 29, 3, 1, 1, 1);
  const Buffer<float> fast = convolve_special(ConvMath::kFast, NAN, s, 4, 8);
  for (uint64_t i = 0; i < fast.size(); ++i) {
    const uint64_t h = i / s.out.w % s.out.h, w = i % s.out.w;
    const bool seen = h >= 3 && h <= 5 && w >= 7 && w <= 9, in_tiles = h <= 7 && w >= 4 && w <= 11;
    if (seen) {
      ASSERT_TRUE(std::isnan(fast[i])) << "element " << i;
    } else if (!in_tiles) {
      ASSERT_EQ(fast[i], 0) << "element " << i;
    }
  }
}

TEST_P(Convolutions, OfColumnsThatAreGatheredForSeveralMembers) {
  for (const uint64_t groups : {1, 2}) {
    ConvShape s = square(20, 600, groups, 9, 9, 3, 2, 1, 1);
    s.batch = 2;
    ASSERT_NE(plan_conv(s, ConvMath::kExact).columns_size, 0u);
    check(s, {.residual = true, .activation = Activation::kRelu});
  }
}

TEST_P(Convolutions, OfNothing) {
  for (const Extents& image : {Extents{1, 5, 0}, Extents{1, 0, 5}}) {
    check({.in_channels = 3, .out_channels = 4, .in = image, .out = image, .kernel = {1, 1, 1}});
    check({.in_channels = 3, .out_channels = 3, .groups = 3, .in = image, .out = image, .kernel = {1, 1, 1}});
  }
  check({.batch = 0, .in_channels = 3, .out_channels = 4, .in = {1, 5, 5}, .out = {1, 5, 5}, .kernel = {1, 1, 1}});
  check({.batch = 0, .in_channels = 3, .out_channels = 3, .groups = 3, .in = {1, 5, 5}, .out = {1, 5, 5}});
  check(
      {.in_channels = 0, .out_channels = 4, .in = {1, 5, 5}, .out = {1, 5, 5}, .kernel = {1, 3, 3}, .pad = {0, 1, 1}});
}

TEST_P(Convolutions, Transposed) {
  const auto transposed = [](uint64_t ic, uint64_t oc, uint64_t groups, uint64_t h, uint64_t w, uint64_t kernel,
                             uint64_t stride, uint64_t dilation, uint64_t pad, uint64_t more) {
    const auto out = [&](uint64_t in) { return (in - 1) * stride + (kernel - 1) * dilation + 1 + more - 2 * pad; };
    return ConvShape{.batch = 2,
                     .in_channels = ic,
                     .out_channels = oc,
                     .groups = groups,
                     .in = {1, h, w},
                     .out = {1, out(h), out(w)},
                     .kernel = {1, kernel, kernel},
                     .stride = {1, stride, stride},
                     .dilation = {1, dilation, dilation},
                     .pad = {0, pad, pad}};
  };
  check(transposed(5, 4, 1, 6, 7, 3, 2, 1, 1, 1), {.residual = true, .activation = Activation::kLeakyRelu}, true);
  check(transposed(6, 4, 2, 5, 9, 4, 2, 1, 1, 0), {}, true);
  check(transposed(3, 3, 3, 5, 9, 2, 3, 2, 0, 2), {}, true);
  check({.in_channels = 3,
         .out_channels = 2,
         .in = {3, 4, 5},
         .out = {6, 8, 10},
         .kernel = {2, 2, 2},
         .stride = {2, 2, 2}},
        {}, true);
}

}  // namespace
}  // namespace mortise::neon
