// Mistakes that are easily made are beyond the bounds of chains of steps, each on a model of the ops suite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

#include "conformance/compare/element.h"
#include "tests/conformance/trial.h"

namespace mortise::conformance::ops {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct Mistake {
  std::string_view domain;
  std::string_view op;
  Family family;
  std::string_view variant;
  std::string_view what;
  std::function<void(OpModel&)> model;        // what it makes of the model,
  std::function<double(double)> result = {};  // and of each number of the result
  DType dtype = DType::kF32;
};

std::function<void(OpModel&)> attribute(std::string name, std::function<AttributeValue()> value) {
  return [=](OpModel& model) {
    std::erase_if(model.attributes, [&](const auto& one) { return one.first == name; });
    model.attributes.emplace_back(name, value());
  };
}
std::function<void(OpModel&)> integer(std::string name, int64_t value) {
  return attribute(std::move(name), [=] { return AttributeValue(value); });
}
std::function<void(OpModel&)> real(std::string name, float value) {
  return attribute(std::move(name), [=] { return AttributeValue(value); });
}
std::function<void(OpModel&)> reals(std::string name, std::vector<float> value) {
  return attribute(std::move(name), [=] { return AttributeValue(value); });
}
std::function<void(OpModel&)> word(std::string name, std::string value) {
  return attribute(std::move(name), [=] { return AttributeValue(value); });
}
std::function<void(OpModel&)> input(size_t index, std::function<double(int64_t i, double value)> change) {
  return [=](OpModel& model) {
    int64_t i = 0;
    model.inputs[index].value =
        with_numbers(model.inputs[index].value, [&](double value, DType) { return change(i++, value); });
  };
}
std::function<void(OpModel&)> replaced(size_t index, Value value) {
  return [=](OpModel& model) { model.inputs[index].value = value; };
}
// Of as many numbers, the deviation divides by one less.
std::function<void(OpModel&)> unbiased(double count) {
  return input(1, [=](int64_t, double scale) { return scale * std::sqrt((count - 1) / count); });
}
// Rows `first` and `second` of gates, of five units each, change their places in all weights.
void swap_gates(OpModel& model, int64_t first, int64_t second) {
  for (const size_t index : {1, 2}) {
    const Tensor& weights = model.inputs[index].value.tensor;
    const int64_t gate = 5 * weights.dim(2);
    const Tensor before = weights;
    Tensor after = Tensor::allocate(before.dtype(), before.shape()).value();
    for (int64_t i = 0; i < before.num_elements(); ++i) {
      const int64_t at = i / gate, from = at == first ? second : at == second ? first : at;
      set_number(after, i, *number_at(before, from * gate + i % gate));
    }
    model.inputs[index].value = after;
  }
}
// What adding up in float16 makes of the logarithm of a sum.
double half_sum(double value) { return value + 0x1p-11; }

const std::vector<Mistake>& mistakes() {
  constexpr std::string_view kMl = "ai.onnx.ml", kTraining = "ai.onnx.preview.training";
  const std::string_view unbiased_variance = "divides the variance by n - 1";
  static const std::vector<Mistake> kMistakes = {
      {"", "Attention", attention(), "plain", "does not scale the scores", real("scale", 1)},
      {"", "BatchNormalization", batch_normalization(), "epsilon", "leaves epsilon out", real("epsilon", 0)},
      {"", "BatchNormalization", batch_normalization(), "training", unbiased_variance, unbiased(60)},
      {"", "BlackmanWindow", window(), "periodic", "is symmetric", integer("periodic", 0), {}, DType::kI64},
      {"", "CausalConvWithState", causal_conv(), "silu", "leaves the activation out", word("activation", "none")},
      {"", "Det", det(), "matrix", "rounds a pivot as float16 does",
       input(0, [](int64_t i, double value) { return i == 0 ? value * (1 + 0x1p-11) : value; })},
      {"", "DFT", fourier_transform(), "inverse", "does not divide by the length", integer("inverse", 0)},
      {"", "GRU", gru(), "forward", "resets before the product", integer("linear_before_reset", 1)},
      {"", "GRU", gru(), "forward", "takes update for reset", [](OpModel& model) { swap_gates(model, 0, 1); }},
      {"", "GridSample", grid_sample(), "linear", "aligns the corners", integer("align_corners", 1)},
      {"", "GroupNormalization", group_normalization(), "epsilon", "leaves epsilon out", real("epsilon", 0)},
      {"", "GroupNormalization", group_normalization(), "two", unbiased_variance, unbiased(18)},
      {"", "HammingWindow", window(), "periodic", "is symmetric", integer("periodic", 0), {}, DType::kI64},
      {"", "HannWindow", window(), "periodic", "is symmetric", integer("periodic", 0), {}, DType::kI64},
      {"", "InstanceNormalization", instance_normalization(), "large", unbiased_variance, unbiased(31 * 33)},
      {"", "LRN", local_response_normalization(), "three", "does not divide alpha by size", real("alpha", 0.3f)},
      {"", "LSTM", lstm(), "forward", "takes input for output", [](OpModel& model) { swap_gates(model, 0, 1); }},
      {"", "LayerNormalization", layer_normalization(), "epsilon", "leaves epsilon out", real("epsilon", 0)},
      {"", "LayerNormalization", layer_normalization(), "large", unbiased_variance, unbiased(1031)},
      {"", "LinearAttention", linear_attention(), "gated", "leaves the decay out",
       input(4, [](int64_t, double) { return 0; })},
      {"", "LogSoftmax", along_axis(), "large", "adds up in float16", {}, half_sum},
      {"", "LpNormalization", lp_normalization(), "euclidean", "adds magnitudes", integer("p", 1)},
      {"",
       "MeanVarianceNormalization",
       mean_variance_normalization(),
       "default",
       unbiased_variance,
       {},
       [](double value) { return value * std::sqrt(39.0 / 40); }},
      {"",
       "MelWeightMatrix",
       mel_weight_matrix(),
       "eight",
       "has another length",
       replaced(1, number(DType::kI64, 19)),
       {},
       DType::kI64},
      {"", "NegativeLogLikelihoodLoss", negative_log_likelihood(), "weights", "leaves the weights out",
       input(2, [](int64_t, double) { return 1; })},
      {"", "RMSNormalization", rms_normalization(), "epsilon", "leaves epsilon out", real("epsilon", 0)},
      {"", "RMSNormalization", rms_normalization(), "large", unbiased_variance, unbiased(1031)},
      {"", "RNN", rnn(), "reverse", "goes forward", word("direction", "forward")},
      {"", "Range", range(), "fractions", "counts from 1", replaced(0, number(DType::kF32, 0.75))},
      {"", "ReduceLogSum", reduce({1, 4}), "axes-all", "adds up in float16", {}, half_sum},
      {"", "ReduceLogSumExp", reduce(), "axes-all", "adds up in float16", {}, half_sum},
      {"", "Resize", resize(), "linear", "is asymmetric", word("coordinate_transformation_mode", "asymmetric")},
      {"", "RoiAlign", roi_align(), "average", "takes the largest", word("mode", "max")},
      {"", "RotaryEmbedding", rotary_embedding(), "plain", "turns neighbours", integer("interleaved", 1)},
      {"", "STFT", short_time_fourier_transform(), "both", "leaves the window out",
       input(2, [](int64_t, double) { return 1; })},
      {"", "ScatterND", scatter_nd(), "add", "adds one of two updates",
       input(2, [](int64_t i, double value) { return i < 3 ? 0 : value; })},
      {"", "Sign", unary(), "vector", "has the other sign", {}, [](double value) { return -value; }},
      {"", "SoftmaxCrossEntropyLoss", softmax_cross_entropy(), "weights", "leaves the weights out",
       input(2, [](int64_t, double) { return 1; })},
      {"", "SoftmaxCrossEntropyLoss", softmax_cross_entropy(), "none", "adds up in float16", {}, half_sum},
      {"", "Upsample", upsample(), "nearest-fraction", "has other scales",
       replaced(1, Tensor::of<float>({4}, {1, 1, 1.6f, 2}))},
      {kMl, "LinearClassifier", linear_classifier(), "logistic", "leaves the intercepts out",
       reals("intercepts", {0, 0, 0})},
      {kMl, "LinearRegressor", linear_regressor(), "none", "leaves the intercepts out", reals("intercepts", {0, 0})},
      {kMl, "SVMClassifier", svm_classifier(), "rbf", "leaves gamma out", reals("kernel_params", {1, 0.25f, 2})},
      {kMl, "SVMRegressor", svm_regressor(), "sigmoid", "leaves the constant out",
       reals("kernel_params", {0.5f, 0, 2})},
      {kMl, "Scaler", scaler(), "one", "scales before it shifts", reals("offset", {0.25f})},
      {kMl, "TreeEnsemble", tree_ensemble(), "one-tree", "has leaves of float16", {}, half},
      {kMl, "TreeEnsembleClassifier", tree_classifier(), "logistic", "leaves the logistic out",
       word("post_transform", "NONE")},
      {kMl, "TreeEnsembleRegressor", tree_regressor(), "average", "adds", word("aggregate_function", "SUM")},
      {"ai.onnx.preview", "FlexAttention", flex_attention(), "plain", "does not scale the scores", real("scale", 1)},
      {kTraining, "Adagrad", adagrad(), "decay", "leaves the decay out", real("decay_factor", 0)},
      {kTraining, "Adam", adam(), "two", "does not correct the means", replaced(1, number(DType::kI64, 0))},
      {kTraining, "Momentum", momentum(), "nesterov", "does not look ahead", word("mode", "standard")},
  };
  return kMistakes;
}

TEST(Bounds, AreExceededByMistakes) {
  for (const Mistake& mistake : mistakes()) {
    for (const uint64_t seed : {1, 2, 3}) {
      Trial trial(newest(mistake.domain, mistake.op, mistake.dtype), variant_of(mistake.family, mistake.variant).make,
                  seed);
      EXPECT_THAT(trial.judge(trial.results()), IsEmpty()) << mistake.op;
      OpModel model = trial.draw();
      if (mistake.model) mistake.model(model);
      std::vector<Value> results = results_of(std::move(model));
      for (Value& result : results) {
        if (mistake.result) result = with_numbers(result, [&](double value, DType) { return mistake.result(value); });
      }
      EXPECT_THAT(trial.judge(results), HasSubstr("instead of"))
          << mistake.op << ' ' << mistake.what << ", and nobody minds, seed " << seed;
    }
  }
}

TEST(Bounds, OfEveryChainAreTriedWithAMistake) {
  std::set<std::pair<std::string_view, std::string_view>> tried;
  for (const Mistake& mistake : mistakes()) tried.emplace(mistake.domain, mistake.op);
  for (const Bound& bound : bounds()) {
    if (measure_of(bound.kind) != Measure::kConditions && bound.kind != BoundKind::kScaled) continue;
    EXPECT_EQ(tried.count({bound.domain, bound.op}), 1u) << bound.op;
  }
}

// Who rounds float32 to float16 on the way is found out everywhere; trees only compare what they are given.
TEST(Bounds, AreExceededByFloat16) {
  for (const Mistake& mistake : mistakes()) {
    const Bound& bound = bound_of(mistake.domain, mistake.op);
    if (measure_of(bound.kind) != Measure::kConditions || mistake.op.starts_with("Tree")) continue;
    Trial trial(newest(mistake.domain, mistake.op), variant_of(mistake.family, mistake.variant).make, 1);
    OpModel model = trial.draw();
    for (OpInput& one : model.inputs) {
      one.value = with_numbers(std::move(one.value), [](double value, DType) { return half(value); });
    }
    EXPECT_THAT(trial.judge(results_of(std::move(model))), HasSubstr("instead of"))
        << mistake.op << ' ' << mistake.variant;
  }
}

}  // namespace
}  // namespace mortise::conformance::ops
