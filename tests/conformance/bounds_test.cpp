// The bounds of chains of steps: that a condition is what calculus says it is, that sums in float32 are right in any order,
// and that mistakes which are easily made are beyond the bound, each on a model of the ops suite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <numbers>
#include <numeric>
#include <optional>
#include <set>

#include "conformance/cases/ops/families.h"
#include "conformance/cases/ops/oracle.h"
#include "conformance/compare/element.h"
#include "conformance/engine/rig.h"
#include "core/infer/operator_table.h"

namespace mortise::conformance::ops {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

double half(double value) {
  return static_cast<double>(static_cast<float>(static_cast<Half>(static_cast<float>(value))));
}

Rig& rig() {
  static Rig shared{Settings{}};
  return shared;
}

Form newest(std::string_view domain, std::string_view op, DType dtype = DType::kF32) {
  return {domain, op, infer::since_version(domain, op, INT32_MAX).value(), dtype};
}

const Variant& variant_of(const Family& family, std::string_view name) {
  for (const Variant& variant : family.variants) {
    if (variant.name == name) return variant;
  }
  ADD_FAILURE() << "no variant " << name;
  return family.variants.front();
}

// A model of the suite with what the oracle says of it.
class Trial {
 public:
  Trial(const Form& form, Make make, uint64_t seed) : form_(form), make_(std::move(make)), seed_(seed) {
    graph_ = make_graph(draw()).value();
    oracle_ = Oracle::create(
                  rig().oracle(), *graph_, [this] { return draw(); }, measure_of(bound().kind), 0)
                  .value();
    results_ = oracle_->results(graph_->inputs).value();
    measures_ = oracle_->measures(graph_->inputs);
  }

  OpModel draw() {
    std::mt19937_64 random(seed_);
    Data data(random, 0);
    OpModel model = make_(form_, data);
    terms_ = data.terms;
    return model;
  }

  const Bound& bound() const { return bound_of(form_.domain, form_.op); }
  const std::vector<Value>& inputs() const { return graph_->inputs; }
  const std::vector<Value>& results() const { return results_; }
  const std::vector<Value>& measures() const { return measures_; }

  // What another model makes of its inputs.
  static std::vector<Value> run(OpModel model) {
    const auto graph = make_graph(std::move(model)).value();
    const auto session = rig().oracle().compile(*graph->view, {0}).value();
    return session->run(graph->inputs).outputs;
  }

  std::string judge(std::span<const Value> actual) const {
    const Expectation expectation = {
        .values = results_, .alternatives = {}, .measures = measures_, .bound = bound(), .terms = terms_};
    return compare_values(actual, expectation).problem;
  }

 private:
  Form form_;
  Make make_;
  uint64_t seed_;
  double terms_ = 1;
  std::unique_ptr<OpGraph> graph_;
  std::optional<Oracle> oracle_;
  std::vector<Value> results_, measures_;
};

// --- Conditions

// The determinant of [[a, b], [c, d]] is ad - bc: each product moves with two numbers.
TEST(Conditions, AreTheRootOfTheSquaresOfWhatEachNumberMoves) {
  for (const DType dtype : {DType::kF32, DType::kF64, DType::kF16}) {
    const Trial trial(newest("", "Det", dtype), variant_of(det(), "batches").make, 5);
    const Tensor &x = trial.inputs()[0].tensor, &found = trial.measures()[0].tensor;
    ASSERT_EQ(found.num_elements(), 6);
    for (int64_t i = 0; i < 6; ++i) {
      const auto at = [&](int64_t k) { return *number_at(x, 4 * i + k); };
      const double condition = std::sqrt(2 * (std::pow(at(0) * at(3), 2) + std::pow(at(1) * at(2), 2)));
      EXPECT_GT(*number_at(found, i), condition / 3) << to_string(dtype) << i;
      EXPECT_LT(*number_at(found, i), condition * 3) << to_string(dtype) << i;
    }
  }
}

TEST(Conditions, CountTheNumbersOfAttributes) {
  const Trial trial(newest("ai.onnx.ml", "Scaler", DType::kI64), variant_of(scaler(), "one").make, 1);
  // (x - 0.5) · 2 of whole x, which have no rounding: 2 · sqrt(0.5² + (x - 0.5)²).
  for (int64_t i = 0; i < 12; ++i) {
    const double x = *number_at(trial.inputs()[0].tensor, i);
    const double condition = 2 * std::hypot(0.5, x - 0.5);
    EXPECT_GT(*number_at(trial.measures()[0].tensor, i), condition / 3);
    EXPECT_LT(*number_at(trial.measures()[0].tensor, i), condition * 3);
  }
}

TEST(Conditions, AreTheSameEveryTime) {
  const Variant variant = variant_of(lstm(), "bidirectional");
  const Trial first(newest("", "LSTM"), variant.make, 3), second(newest("", "LSTM"), variant.make, 3);
  EXPECT_THAT(bit_difference(first.measures(), second.measures()), IsEmpty());
}

// --- Right results

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

// --- Mistakes

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
      std::vector<Value> results = Trial::run(std::move(model));
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
    EXPECT_THAT(trial.judge(Trial::run(std::move(model))), HasSubstr("instead of"))
        << mistake.op << ' ' << mistake.variant;
  }
}

}  // namespace
}  // namespace mortise::conformance::ops
