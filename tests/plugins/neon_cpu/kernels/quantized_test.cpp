// Integer products, convolutions and the way to and from 8 bits against 64-bit sums; every result is exact.
#include "plugins/neon_cpu/kernels/quantized.h"

#include "kernel_test.h"

namespace mortise::neon {
namespace {

class Quantized : public KernelTest {};
MORTISE_KERNEL_TEST_SUITE(Quantized);

// Bytes of either sign; the extremes are frequent.
Buffer<uint8_t> random_bytes(uint64_t n) {
  Buffer<uint8_t> bytes = random_integers<uint8_t>(n, 0, 400);
  for (uint64_t i = 0; i < n; ++i) {
    if (i % 5 == 0) bytes[i] = i % 2 == 0 ? 0x80 : 0x7f;
    if (i % 7 == 0) bytes[i] = i % 2 == 0 ? 0xff : 0x00;
  }
  return bytes;
}

int32_t value(uint8_t byte, bool is_signed) { return is_signed ? static_cast<int8_t>(byte) : byte; }

uint8_t requantized(int64_t sum, float multiplier, const QuantizedOutput& o) {
  const double scaled = std::nearbyint(static_cast<float>(static_cast<int32_t>(sum)) * multiplier) + o.zero_point;
  const double low = std::max(o.low, o.is_signed ? -128 : 0), high = std::min(o.high, o.is_signed ? 127 : 255);
  return static_cast<uint8_t>(static_cast<int32_t>(std::clamp(scaled, low, high)));
}

struct Case {
  QuantizedGemmShape shape;
  bool packed = true;
  bool transposed = false;
  bool per_row = false;     // zero points of A, multipliers
  bool per_column = false;  // zero points of B, multipliers
  bool sums = false;
  bool y_signed = false;
  int32_t a_zero = 3;
  int32_t b_zero = -5;
};

void check(const Case& test) {
  const auto [m, n, k, a_signed, b_signed] = test.shape;
  SCOPED_TRACE("m " + std::to_string(m) + " n " + std::to_string(n) + " k " + std::to_string(k) + " signs " +
               std::to_string(a_signed) + std::to_string(b_signed) + (test.packed ? " packed" : ""));
  const Buffer<uint8_t> a = random_bytes(m * k), b = random_bytes(k * n);
  const Buffer<int32_t> a_zeros = random_integers<int32_t>(m, -10, 10), b_zeros = random_integers<int32_t>(n, -10, 10);
  const Buffer<int32_t> row_bias = random_integers<int32_t>(m, -1000, 1000),
                        column_bias = random_integers<int32_t>(n, -1000, 1000);
  const float scale = 1 / (100.0f * std::sqrt(static_cast<float>(k + 1)));
  Buffer<float> row_multipliers = random_floats(m, scale, 2 * scale),
                column_multipliers = random_floats(n, scale, 2 * scale);
  Buffer<uint8_t> packed(test.packed ? quantized_packed_b_size(test.shape) : 0);
  const int64_t row_stride = test.transposed ? 1 : static_cast<int64_t>(n);
  const int64_t column_stride = test.transposed ? static_cast<int64_t>(k) : 1;
  if (test.packed) quantized_pack_b(test.shape, b.data(), row_stride, column_stride, packed.data());
  ASSERT_TRUE(packed.intact());

  const int64_t c_stride = static_cast<int64_t>(n) + 3;
  const uint64_t size = m == 0 || n == 0 ? 0 : (m - 1) * static_cast<uint64_t>(c_stride) + n;
  Buffer<uint8_t> y(test.sums ? 0 : size, 99, 1);
  Buffer<int32_t> sums(test.sums ? size : 0, 99, 1);
  QuantizedGemm call{.shape = test.shape,
                     .a = a.data(),
                     .a_stride = static_cast<int64_t>(k),
                     .a_zero = {.value = test.a_zero},
                     .b_zero = {.value = test.b_zero},
                     .output = {.c_stride = c_stride,
                                .is_signed = test.y_signed,
                                .zero_point = test.y_signed ? -7 : 100,
                                .row_bias = row_bias.data(),
                                .column_bias = column_bias.data(),
                                .multiplier = scale}};
  if (test.packed) {
    call.packed_b = packed.data();
  } else {
    call.b = b.data(), call.b_row_stride = row_stride, call.b_column_stride = column_stride;
  }
  if (test.per_row) call.a_zero.values = a_zeros.data(), call.output.row_multipliers = row_multipliers.data();
  if (test.per_column) {
    call.b_zero.values = b_zeros.data();
    if (!test.per_row) call.output.column_multipliers = column_multipliers.data();
  }
  const auto body = [&](uint64_t begin, uint64_t end, std::byte* scratch) {
    quantized_gemm(call, begin, end, scratch);
  };
  if (test.sums) {
    call.output.sums = sums.data();
    run_in_all_cuts(quantized_gemm_work(test.shape), sums, body);
  } else {
    call.output.y = y.data();
    run_in_all_cuts(quantized_gemm_work(test.shape), y, body);
  }
  for (uint64_t i = 0; i < m; ++i) {
    for (uint64_t j = 0; j < n; ++j) {
      int64_t sum = 0;
      for (uint64_t l = 0; l < k; ++l) {
        sum += static_cast<int64_t>(value(a[i * k + l], a_signed) - (test.per_row ? a_zeros[i] : test.a_zero)) *
               (value(b[test.transposed ? j * k + l : l * n + j], b_signed) -
                (test.per_column ? b_zeros[j] : test.b_zero));
      }
      const uint64_t at = i * static_cast<uint64_t>(c_stride) + j;
      if (test.sums) {
        ASSERT_EQ(sums[at], sum) << "(" << i << ", " << j << ")";
        continue;
      }
      const float multiplier = test.per_row ? row_multipliers[i] : test.per_column ? column_multipliers[j] : scale;
      ASSERT_EQ(y[at], requantized(sum + row_bias[i] + column_bias[j], multiplier, call.output))
          << "(" << i << ", " << j << ")";
    }
    const uint64_t behind = i * static_cast<uint64_t>(c_stride) + n;
    for (uint64_t gap = behind; gap < std::min(size, behind + 3); ++gap) {
      ASSERT_EQ(test.sums ? sums[gap] : y[gap], 99) << "between the rows";
    }
  }
}

TEST_P(Quantized, ProductsAreExactForOddExtentsAndAllSigns) {
  int turn = 0;
  for (const uint64_t m : {1, 2, 5, 6, 7, 49}) {
    for (const uint64_t n : {1, 3, 15, 16, 17, 33, 65, 127}) {
      for (const uint64_t k : {1, 2, 3, 4, 5, 17, 64}) {
        ++turn;
        check({.shape = {m, n, k, turn % 2 == 0, turn % 4 < 2},
               .packed = turn % 3 != 0,
               .transposed = turn % 5 == 0,
               .per_row = turn % 7 < 2,
               .per_column = turn % 11 < 3,
               .sums = turn % 13 < 4,
               .y_signed = turn % 3 == 1});
      }
    }
  }
}

TEST_P(Quantized, ProductsAreExactForLargeOnes) {
  for (const bool a_signed : {false, true}) {
    for (const bool b_signed : {false, true}) {
      for (const bool packed : {false, true}) {
        check({.shape = {100, 300, 257, a_signed, b_signed}, .packed = packed, .per_column = true});
        check({.shape = {13, 70, 3000, a_signed, b_signed}, .packed = packed, .per_row = true, .sums = true});
        check({.shape = {13, 70, 100, a_signed, b_signed}, .packed = packed, .sums = true, .a_zero = 0, .b_zero = 0});
      }
    }
  }
  check({.shape = {0, 5, 5}});
  check({.shape = {5, 0, 5}});
  check({.shape = {5, 7, 0}});
}

void check_conv(const ConvShape& s, bool x_signed, bool w_signed, bool per_channel) {
  SCOPED_TRACE("groups " + std::to_string(s.groups) + " kernel " + std::to_string(s.kernel.d) + "x" +
               std::to_string(s.kernel.h) + "x" + std::to_string(s.kernel.w) + " stride " + std::to_string(s.stride.w) +
               " signs " + std::to_string(x_signed) + std::to_string(w_signed));
  const uint64_t in = s.in.d * s.in.h * s.in.w, out = s.out.d * s.out.h * s.out.w;
  const uint64_t kernel = s.kernel.d * s.kernel.h * s.kernel.w;
  const uint64_t ic = s.in_channels / s.groups, oc = s.out_channels / s.groups;
  const Buffer<uint8_t> x = random_bytes(s.batch * s.in_channels * in), w = random_bytes(s.out_channels * ic * kernel);
  const Buffer<int32_t> bias = random_integers<int32_t>(s.out_channels, -1000, 1000),
                        w_zeros = random_integers<int32_t>(s.out_channels, -3, 3);
  const Buffer<float> multipliers = random_floats(s.out_channels, 0.0005f, 0.001f);
  Buffer<uint8_t> y(s.batch * s.out_channels * out, 99, 1);
  const QuantizedConvPlan plan = plan_quantized_conv(s);
  Buffer<uint8_t> packed(quantized_weights_size(s.out_channels, ic, kernel)), image(plan.image_bytes);
  quantized_pack_weights(s.out_channels, ic, kernel, w.data(), packed.data());
  ASSERT_TRUE(packed.intact());
  QuantizedConv call{.x = x.data(),
                     .x_signed = x_signed,
                     .x_zero = x_signed ? -3 : 130,
                     .w = plan.depthwise ? w.data() : packed.data(),
                     .w_signed = w_signed,
                     .w_zero = {.value = w_signed ? 0 : 120},
                     .output = {.y = y.data(),
                                .is_signed = x_signed,
                                .zero_point = x_signed ? 5 : 90,
                                .row_bias = bias.data(),
                                .row_multipliers = multipliers.data(),
                                .low = 4}};
  if (per_channel) call.w_zero.values = w_zeros.data();
  run_in_all_cuts(plan.image_work, image, [&](uint64_t begin, uint64_t end, std::byte*) {
    quantized_conv_image(plan, call, image.data(), begin, end);
  });
  run_in_all_cuts(plan.work, y, [&](uint64_t begin, uint64_t end, std::byte* scratch) {
    quantized_conv(plan, call, image.data(), begin, end, scratch);
  });
  for (uint64_t plane = 0; plane < s.batch * s.out_channels; ++plane) {
    const uint64_t channel = plane % s.out_channels, first = (plane / s.out_channels * s.groups + channel / oc) * ic;
    for (uint64_t o = 0; o < out; ++o) {
      int64_t sum = bias[channel];
      for (uint64_t c = 0; c < ic; ++c) {
        for (uint64_t k = 0; k < kernel; ++k) {
          const uint64_t d = o / s.out.w / s.out.h * s.stride.d + k / s.kernel.w / s.kernel.h * s.dilation.d - s.pad.d;
          const uint64_t h = o / s.out.w % s.out.h * s.stride.h + k / s.kernel.w % s.kernel.h * s.dilation.h - s.pad.h;
          const uint64_t col = o % s.out.w * s.stride.w + k % s.kernel.w * s.dilation.w - s.pad.w;
          if (d >= s.in.d || h >= s.in.h || col >= s.in.w) continue;
          const uint64_t at = (first + c) * in + (d * s.in.h + h) * s.in.w + col;
          sum += static_cast<int64_t>(value(x[at], x_signed) - call.x_zero) *
                 (value(w[(channel * ic + c) * kernel + k], w_signed) -
                  (per_channel ? w_zeros[channel] : call.w_zero.value));
        }
      }
      ASSERT_EQ(y[plane * out + o], requantized(sum, multipliers[channel], call.output))
          << "plane " << plane << " element " << o;
    }
  }
}

// In all signs, with a zero point of the weights for all channels and for each.
void check_conv(const ConvShape& shape) {
  for (const bool x_signed : {false, true}) {
    for (const bool w_signed : {false, true}) {
      for (const bool per_channel : {false, true}) check_conv(shape, x_signed, w_signed, per_channel);
    }
  }
}

// Padding `pad` before and behind.
ConvShape square(uint64_t in_channels, uint64_t out_channels, uint64_t groups, uint64_t h, uint64_t w, uint64_t kernel,
                 uint64_t stride, uint64_t dilation, uint64_t pad) {
  const auto out = [&](uint64_t in) { return (in + 2 * pad - ((kernel - 1) * dilation + 1)) / stride + 1; };
  return {.in_channels = in_channels,
          .out_channels = out_channels,
          .groups = groups,
          .in = {1, h, w},
          .out = {1, out(h), out(w)},
          .kernel = {1, kernel, kernel},
          .stride = {1, stride, stride},
          .dilation = {1, dilation, dilation},
          .pad = {0, pad, pad}};
}

TEST_P(Quantized, ConvolutionsAreExact) {
  ConvShape images = square(5, 9, 1, 9, 11, 3, 1, 1, 1);
  images.batch = 2;
  check_conv(images);
  check_conv(square(6, 8, 2, 12, 70, 3, 2, 1, 1));
  check_conv(square(9, 50, 1, 13, 40, 3, 3, 2, 2));
  check_conv(square(33, 50, 1, 7, 7, 1, 1, 1, 0));
  check_conv(square(3, 7, 1, 20, 23, 7, 2, 1, 3));
}

TEST_P(Quantized, ConvolutionsOfOneAndThreeAxesAreExact) {
  check_conv({.batch = 2,
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
  check_conv(three_axes);
  ConvShape by_channel = three_axes;
  by_channel.groups = by_channel.out_channels = by_channel.in_channels;
  check_conv(by_channel);
}

TEST_P(Quantized, DepthwiseConvolutionsAreExact) {
  check_conv(square(6, 6, 6, 8, 8, 3, 1, 2, 0));
  for (const uint64_t kernel : {1, 2, 3, 5}) {
    for (const uint64_t stride : {1, 2, 3}) check_conv(square(3, 3, 3, 11, 21, kernel, stride, 1, kernel / 2));
  }
  ConvShape multiplied = square(3, 9, 3, 11, 12, 3, 1, 1, 1);
  multiplied.batch = 2;
  check_conv(multiplied);
  check_conv(square(2, 2, 2, 130, 120, 3, 1, 1, 1));  // in bands of rows
  check_conv(square(2, 2, 2, 20, 19, 17, 1, 1, 8));   // of too many products for sums in float32
  check_conv({.in_channels = 2,
              .out_channels = 2,
              .groups = 2,
              .in = {1, 1, 50},
              .out = {1, 1, 50},
              .kernel = {1, 1, 3},
              .pad = {0, 0, 1}});
}

template <class T>
void check_quantize(const QuantizeShape& s, std::vector<int32_t> zeros) {
  const uint64_t n = s.outer * s.channels * s.inner;
  Buffer<float> x = random_floats(n, -4, 4);
  for (uint64_t i = 0; i < n; i += 9) x[i] = static_cast<float>(i % 13) / 32 + 1.0f / 64;  // halves
  if (n > 6) x[3] = 1e20f, x[4] = -INFINITY, x[5] = NAN;
  std::vector<float> scales;
  for (uint64_t c = 0; c < s.channels; ++c) scales.push_back(c % 2 == 0 ? 1.0f / 32 : 0.043f);
  Buffer<T> y(n, T(9), 1);
  constexpr bool kSigned = std::is_signed_v<T>;
  const int32_t* const points = zeros.empty() ? nullptr : zeros.data();
  run_in_all_cuts(quantize_work(s), y, [&](uint64_t begin, uint64_t end, std::byte*) {
    quantize(s, x.data(), scales.data(), points, kSigned, y.data(), begin, end);
  });
  Buffer<float> back(n, -7, 1);
  run_in_all_cuts(quantize_work(s), back, [&](uint64_t begin, uint64_t end, std::byte*) {
    dequantize(s, y.data(), kSigned, scales.data(), points, back.data(), begin, end);
  });
  for (uint64_t i = 0; i < n; ++i) {
    const uint64_t c = i / s.inner % s.channels;
    const int32_t zero = zeros.empty() ? 0 : zeros[c];
    const double rounded = std::isnan(x[i]) ? 0 : std::nearbyint(x[i] / scales[c]);
    ASSERT_EQ(y[i], static_cast<T>(std::clamp<double>(rounded + zero, std::numeric_limits<T>::min(),
                                                      std::numeric_limits<T>::max())))
        << "element " << i << " of " << x[i];
    ASSERT_EQ(back[i], static_cast<float>(y[i] - zero) * scales[c]);
  }
}

TEST_P(Quantized, NumbersGoToEightBitsAndBack) {
  for (const uint64_t inner : {1, 3, 15, 17, 64, 65, 5000}) {
    check_quantize<uint8_t>({2, 1, inner}, {128});
    check_quantize<int8_t>({2, 1, inner}, {});
    check_quantize<uint8_t>({2, 3, inner}, {0, 255, 7});
    check_quantize<int8_t>({2, 3, inner}, {-128, 127, 7});
  }
  EXPECT_EQ(quantize_work({2, 3, 0}).items, 0u);
}

}  // namespace
}  // namespace mortise::neon
