// The bounds of chains of steps allow what is right: operators as one writes them down in float32, with sums in any order, each
// on a model of the ops suite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "conformance/compare/element.h"
#include "tests/conformance/trial.h"

namespace mortise::conformance::ops {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// A layer's normalization whose sums are carried in Sum, in the order that `order` gives.
template <class Sum>
std::vector<Value> normalized(const Tensor& x, const Tensor& scale, const Tensor& bias,
                              const std::vector<int64_t>& order) {
  Tensor y = Tensor::allocate(DType::kF32, x.shape()).value();
  const int64_t count = x.dim(1);
  for (int64_t row = 0; row < x.dim(0); ++row) {
    const float* in = x.data<float>() + row * count;
    Sum total = static_cast<Sum>(0.0f), squares = static_cast<Sum>(0.0f);
    const auto add = [](Sum& sum, float value) { sum = static_cast<Sum>(static_cast<float>(sum) + value); };
    for (const int64_t i : order) add(total, in[i]);
    const float mean = static_cast<float>(total) / static_cast<float>(count);
    for (const int64_t i : order) add(squares, (in[i] - mean) * (in[i] - mean));
    const float deviation = std::sqrt(static_cast<float>(squares) / static_cast<float>(count) + 1e-5f);
    for (int64_t i = 0; i < count; ++i)
      y.data<float>()[row * count + i] = (in[i] - mean) / deviation * scale.data<float>()[i] + bias.data<float>()[i];
  }
  return {y};
}

TEST(Bounds, AllowSumsInFloat32InAnyOrderAndNoneInFloat16) {
  for (const uint64_t seed : {1, 2, 3}) {
    const Trial trial(newest("", "LayerNormalization"), variant_of(layer_normalization(), "large").make, seed);
    const Tensor &x = trial.inputs()[0].tensor, &scale = trial.inputs()[1].tensor, &bias = trial.inputs()[2].tensor;
    std::vector<int64_t> order(static_cast<size_t>(x.dim(1)));
    std::iota(order.begin(), order.end(), 0);
    EXPECT_THAT(trial.judge(normalized<float>(x, scale, bias, order)), IsEmpty());
    EXPECT_THAT(trial.judge(normalized<Half>(x, scale, bias, order)), HasSubstr("instead of"));
    std::sort(order.begin(), order.end(),
              [&](int64_t a, int64_t b) { return x.data<float>()[a] < x.data<float>()[b]; });
    EXPECT_THAT(trial.judge(normalized<float>(x, scale, bias, order)), IsEmpty());
  }
}

// Operators as one writes them down in float32, each number rounded at once.
float rounded_cosine(int64_t k, int64_t n) {
  return std::cos(2 * std::numbers::pi_v<float> * static_cast<float>(k % n) / static_cast<float>(n));
}
float rounded_sine(int64_t k, int64_t n) {
  return std::sin(2 * std::numbers::pi_v<float> * static_cast<float>(k % n) / static_cast<float>(n));
}

TEST(Bounds, AllowAFourierTransformInFloat32) {
  for (const uint64_t seed : {1, 2, 3}) {
    const Trial trial(newest("", "DFT"), variant_of(fourier_transform(), "complex").make, seed);
    const Tensor& x = trial.inputs()[0].tensor;
    Tensor y = Tensor::allocate(DType::kF32, x.shape()).value();
    for (int64_t at = 0; at < 16; ++at) {
      float real_part = 0, imaginary = 0;
      for (int64_t i = 0; i < 8; ++i) {
        const float* in = x.data<float>() + (at / 8 * 8 + i) * 2;
        const float c = rounded_cosine(at % 8 * i, 8), s = -rounded_sine(at % 8 * i, 8);
        real_part += in[0] * c - in[1] * s;
        imaginary += in[0] * s + in[1] * c;
      }
      y.data<float>()[2 * at] = real_part;
      y.data<float>()[2 * at + 1] = imaginary;
    }
    EXPECT_THAT(trial.judge(std::vector<Value>{y}), IsEmpty());
  }
}

TEST(Bounds, AllowAttentionInFloat32) {
  for (const uint64_t seed : {1, 2, 3}) {
    const Trial trial(newest("", "Attention"), variant_of(attention(), "plain").make, seed);
    const float *q = trial.inputs()[0].tensor.data<float>(), *k = trial.inputs()[1].tensor.data<float>(),
                *v = trial.inputs()[2].tensor.data<float>();
    Tensor y = Tensor::allocate(DType::kF32, {2, 2, 4, 8}).value();
    for (int64_t query = 0; query < 16; ++query) {
      const int64_t head = query / 4;
      float scores[5], sum = 0;
      for (int64_t key = 0; key < 5; ++key) {
        float score = 0;
        for (int64_t i = 0; i < 8; ++i) score += q[query * 8 + i] * k[(head * 5 + key) * 8 + i];
        scores[key] = score * (1 / std::sqrt(8.0f));
      }
      const float largest = *std::max_element(scores, scores + 5);
      for (float& score : scores) sum += score = std::exp(score - largest);
      for (int64_t i = 0; i < 8; ++i) {
        float mixed = 0;
        for (int64_t key = 0; key < 5; ++key) mixed += scores[key] / sum * v[(head * 5 + key) * 8 + i];
        y.data<float>()[query * 8 + i] = mixed;
      }
    }
    EXPECT_THAT(trial.judge(std::vector<Value>{y}), IsEmpty());
  }
}

TEST(Bounds, AllowAdamInFloat32WhereItsFactorsCancel) {
  for (const uint64_t seed : {1, 2, 3}) {
    const Trial trial(newest("ai.onnx.preview.training", "Adam"), variant_of(adam(), "two").make, seed);
    std::vector<Value> found(6);
    const float alpha = 0.9f, beta = 0.999f;
    const float rate = 0.1f * std::sqrt(1 - std::pow(beta, 3.0f)) / (1 - std::pow(alpha, 3.0f));
    for (size_t which = 0; which < 2; ++which) {
      const auto given = [&](size_t group) { return trial.inputs()[2 + 2 * group + which].tensor; };
      Tensor made[3];
      for (size_t group = 0; group < 3; ++group) {
        made[group] = Tensor::allocate(DType::kF32, given(0).shape()).value();
        found[2 * group + which] = made[group];
      }
      for (int64_t i = 0; i < given(0).num_elements(); ++i) {
        const float gradient = given(1).data<float>()[i];
        const float mean = alpha * given(2).data<float>()[i] + (1 - alpha) * gradient;
        const float square = beta * given(3).data<float>()[i] + (1 - beta) * gradient * gradient;
        made[0].data<float>()[i] = given(0).data<float>()[i] - rate * mean / (std::sqrt(square) + 1e-6f);
        made[1].data<float>()[i] = mean;
        made[2].data<float>()[i] = square;
      }
    }
    EXPECT_THAT(trial.judge(found), IsEmpty());
  }
}

// A turn by pairs whose products and sums are all rounded to float16.
TEST(Bounds, AllowFloat16AtEveryStep) {
  for (const uint64_t seed : {1, 2, 3}) {
    const Trial trial(newest("", "RotaryEmbedding", DType::kF16), variant_of(rotary_embedding(), "no-positions").make,
                      seed);
    const Tensor &x = trial.inputs()[0].tensor, &cosine = trial.inputs()[1].tensor, &sine = trial.inputs()[2].tensor;
    Tensor y = Tensor::allocate(DType::kF16, x.shape()).value();
    for (int64_t row = 0; row < 12; ++row) {
      const int64_t cache = (row / 6 * 3 + row % 3) * 4;
      for (int64_t i = 0; i < 4; ++i) {
        const double u = *number_at(x, row * 8 + i), v = *number_at(x, row * 8 + 4 + i);
        const double c = *number_at(cosine, cache + i), s = *number_at(sine, cache + i);
        set_number(y, row * 8 + i, half(half(c * u) - half(s * v)));
        set_number(y, row * 8 + 4 + i, half(half(s * u) + half(c * v)));
      }
    }
    EXPECT_THAT(trial.judge(std::vector<Value>{y}), IsEmpty());
  }
}

}  // namespace
}  // namespace mortise::conformance::ops
