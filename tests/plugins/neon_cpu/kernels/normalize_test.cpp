// Softmax and normalisations against double.
#include "plugins/neon_cpu/kernels/normalize.h"

#include "kernel_test.h"

namespace mortise::neon {
namespace {

class Normalizations : public KernelTest {};
MORTISE_KERNEL_TEST_SUITE(Normalizations);

void check_softmax(const SoftmaxShape& s, Buffer<float> x, bool in_place = false) {
  for (const SoftmaxKind kind : {SoftmaxKind::kSoftmax, SoftmaxKind::kLogSoftmax}) {
    SCOPED_TRACE(std::to_string(s.outer) + "x" + std::to_string(s.n) + "x" + std::to_string(s.inner));
    Buffer<float> y(x.size(), -7, 1);
    if (in_place) std::copy(x.begin(), x.end(), y.begin());
    run_in_all_cuts(softmax_work(s), y, [&](uint64_t begin, uint64_t end, std::byte* scratch) {
      softmax(kind, s, in_place ? y.data() : x.data(), y.data(), begin, end, scratch);
    });
    for (uint64_t column = 0; column < s.outer * s.inner; ++column) {
      const uint64_t first = column / s.inner * s.n * s.inner + column % s.inner;
      double max = -INFINITY, sum = 0;
      for (uint64_t k = 0; k < s.n; ++k) max = std::max<double>(max, x[first + k * s.inner]);
      for (uint64_t k = 0; k < s.n; ++k) sum += std::exp(x[first + k * s.inner] - max);
      for (uint64_t k = 0; k < s.n; ++k) {
        const double shifted = x[first + k * s.inner] - max;
        const double expected = kind == SoftmaxKind::kSoftmax ? std::exp(shifted) / sum : shifted - std::log(sum);
        expect_close(y[first + k * s.inner], expected, 2e-6, "element " + std::to_string(first + k * s.inner));
      }
    }
  }
}

TEST_P(Normalizations, SoftmaxIsRightForOddExtents) {
  for (const uint64_t n : {1, 2, 5, 15, 16, 17, 63, 65, 129, 1000, 5000}) {
    check_softmax({3, n, 1}, random_floats(3 * n, -5, 5));
    check_softmax({3, n, 1}, random_floats(3 * n, -5, 5), true);
  }
  for (const uint64_t inner : {2, 15, 17, 33, 300}) {
    check_softmax({2, 7, inner}, random_floats(2 * 7 * inner, -5, 5));
    check_softmax({2, 7, inner}, random_floats(2 * 7 * inner, -5, 5), true);
  }
}

TEST_P(Normalizations, SoftmaxTakesLargeAndMaskedInput) {
  check_softmax({2, 40, 1}, random_floats(80, 900, 1100));
  check_softmax({2, 10, 4}, random_floats(80, -1e30f, 1e30f));
  Buffer<float> masked = random_floats(80);
  for (uint64_t i = 0; i < 80; i += 3) masked[i] = -INFINITY;
  check_softmax({2, 40, 1}, std::move(masked));
  EXPECT_EQ(softmax_work({3, 0, 1}).items, 0u);
  EXPECT_EQ(softmax_work({0, 3, 2}).items, 0u);
}

struct LayerOptions {
  bool residual = false, affine = true, centered = true, in_place = false, sum = false;
  float offset = 0;
};

void check_layer_norm(uint64_t rows, uint64_t n, const LayerOptions& o) {
  SCOPED_TRACE(std::to_string(rows) + "x" + std::to_string(n));
  const Buffer<float> x = random_floats(rows * n, -1 + o.offset, 1 + o.offset), residual = random_floats(rows * n);
  const Buffer<float> residual_bias = random_floats(n), scale = random_floats(n), bias = random_floats(n);
  Buffer<float> y(rows * n, -7, 1), sum(rows * n), mean(rows), deviation(rows);
  if (o.in_place) std::copy(x.begin(), x.end(), y.begin());
  LayerNorm call{.rows = rows, .n = n, .epsilon = 1e-5f, .centered = o.centered, .x = o.in_place ? y.data() : x.data()};
  if (o.residual) call.residual = residual.data(), call.residual_bias = residual_bias.data();
  if (o.affine) call.scale = scale.data(), call.bias = bias.data();
  if (o.sum) call.sum = sum.data();
  call.y = y.data(), call.mean = mean.data(), call.inverse_deviation = deviation.data();
  run_in_all_cuts(layer_norm_work(call), y,
                  [&](uint64_t begin, uint64_t end, std::byte* scratch) { layer_norm(call, begin, end, scratch); });
  for (uint64_t row = 0; row < rows; ++row) {
    std::vector<double> values;
    double total = 0, squares = 0;
    for (uint64_t i = 0; i < n; ++i) {
      values.push_back(x[row * n + i] + (o.residual ? residual[row * n + i] + residual_bias[i] : 0.0f));
      total += values.back();
    }
    const double average = o.centered ? total / static_cast<double>(n) : 0;
    for (const double v : values) squares += (v - average) * (v - average);
    const double inverse = 1 / std::sqrt(squares / static_cast<double>(n) + 1e-5);
    expect_close(mean[row], average, 1e-6, "mean");
    expect_close(deviation[row], inverse, 2e-6, "deviation");
    for (uint64_t i = 0; i < n; ++i) {
      const double normal = (values[i] - average) * inverse;
      expect_close(y[row * n + i], o.affine ? normal * scale[i] + bias[i] : normal, 2e-6,
                   "element " + std::to_string(row * n + i));
      if (o.sum) expect_close(sum[row * n + i], values[i], 1e-6, "sum");
    }
  }
}

TEST_P(Normalizations, LayerNormIsRight) {
  for (const uint64_t n : {1, 2, 5, 16, 17, 65, 768, 5000}) check_layer_norm(3, n, {});
  check_layer_norm(4, 33, {.affine = false});
  check_layer_norm(4, 33, {.centered = false});
  check_layer_norm(4, 70, {.in_place = true});
  check_layer_norm(4, 70, {.residual = true, .sum = true});
  check_layer_norm(4, 70, {.residual = true, .in_place = true});
  for (const float offset : {1e3f, -1e4f, 1e5f}) {
    check_layer_norm(4, 700, {.offset = offset});
    check_layer_norm(2, 9000, {.offset = offset});
  }
  EXPECT_EQ(layer_norm_work({.rows = 4}).items, 0u);
}

TEST_P(Normalizations, GroupNormIsRight) {
  for (const uint64_t inner : {1, 7, 49, 300}) {
    for (const uint64_t groups : {1, 3, 6}) {
      const uint64_t batch = 2, channels = 6, n = channels / groups * inner;
      const float offset = groups == 3 ? 1e4f : 0.0f;
      const Buffer<float> x = random_floats(batch * channels * inner, offset - 1, offset + 1),
                          scale = random_floats(channels), bias = random_floats(channels);
      Buffer<float> y(x.size(), -7, 1);
      const GroupNorm call{.batch = batch,
                           .channels = channels,
                           .groups = groups,
                           .inner = inner,
                           .epsilon = 1e-3f,
                           .x = x.data(),
                           .scale = scale.data(),
                           .bias = bias.data(),
                           .y = y.data()};
      run_in_all_cuts(group_norm_work(call), y,
                      [&](uint64_t begin, uint64_t end, std::byte* scratch) { group_norm(call, begin, end, scratch); });
      for (uint64_t group = 0; group < batch * groups; ++group) {
        double sum = 0, squares = 0;
        for (uint64_t i = 0; i < n; ++i) sum += x[group * n + i];
        const double mean = sum / static_cast<double>(n);
        for (uint64_t i = 0; i < n; ++i) squares += (x[group * n + i] - mean) * (x[group * n + i] - mean);
        for (uint64_t i = 0; i < n; ++i) {
          const uint64_t channel = group % groups * (channels / groups) + i / inner;
          const double normal = (x[group * n + i] - mean) / std::sqrt(squares / static_cast<double>(n) + 1e-3);
          expect_close(y[group * n + i], normal * scale[channel] + bias[channel], 3e-6,
                       "element " + std::to_string(group * n + i));
        }
      }
    }
  }
}

}  // namespace
}  // namespace mortise::neon
