// Adagrad, Adam and Momentum against the formulas that the standard gives for one number.
#include <gmock/gmock.h>

#include "tests/support/run_op.h"
#include "tests/support/typed.h"

namespace mortise::test {
namespace {

using testing::HasSubstr;

// The new value, then what is remembered, of one number x with the gradient g and the memories v and h.
using Formula = std::vector<double> (*)(double rate, int64_t count, double x, double g, double v, double h);

struct Optimizer {
  const char* op;
  size_t memories;
  Attributes attributes;
  Formula formula;
};

double number(float value) { return value; }  // attributes are float32

std::vector<double> adagrad(double rate, int64_t count, double x, double g, double h, double) {
  const double r = rate / (1 + static_cast<double>(count) * number(0.1f));
  const double regularized = number(0.01f) * x + g;
  const double h_new = h + regularized * regularized;
  return {x - r * regularized / (std::sqrt(h_new) + number(0.5f)), h_new};
}
std::vector<double> plain_adagrad(double rate, int64_t, double x, double g, double h, double) {
  return {x - rate * g / (std::sqrt(h + g * g) + number(1e-6f)), h + g * g};
}
std::vector<double> adam(double rate, int64_t count, double x, double g, double v, double h) {
  const double alpha = number(0.75f), beta = number(0.5f), t = static_cast<double>(count);
  const double regularized = number(0.01f) * x + g;
  const double v_new = alpha * v + (1 - alpha) * regularized;
  const double h_new = beta * h + (1 - beta) * regularized * regularized;
  const double r = count > 0 ? rate * std::sqrt(1 - std::pow(beta, t)) / (1 - std::pow(alpha, t)) : rate;
  return {(1 - number(0.1f)) * (x - r * v_new / (std::sqrt(h_new) + number(0.25f))), v_new, h_new};
}
std::vector<double> momentum(double rate, int64_t count, double x, double g, double v, double) {
  const double regularized = number(0.01f) * x + g;
  const double v_new = number(0.9f) * v + (count > 0 ? number(0.75f) : 1) * regularized;
  return {x - rate * v_new, v_new};
}
std::vector<double> nesterov(double rate, int64_t count, double x, double g, double v, double) {
  const double regularized = number(0.01f) * x + g;
  const double v_new = number(0.9f) * v + (count > 0 ? number(0.75f) : 1) * regularized;
  return {x - rate * (regularized + number(0.9f) * v_new), v_new};
}

Attributes momentum_attributes(const std::string& mode) {
  return {{"alpha", 0.9f}, {"beta", 0.75f}, {"norm_coefficient", 0.01f}, {"mode", mode}};
}

std::vector<Optimizer> optimizers() {
  return {{"Adagrad", 1, {{"decay_factor", 0.1f}, {"epsilon", 0.5f}, {"norm_coefficient", 0.01f}}, adagrad},
          {"Adagrad", 1, {}, plain_adagrad},
          {"Adam",
           2,
           {{"alpha", 0.75f},
            {"beta", 0.5f},
            {"epsilon", 0.25f},
            {"norm_coefficient", 0.01f},
            {"norm_coefficient_post", 0.1f}},
           adam},
          {"Momentum", 1, momentum_attributes("standard"), momentum},
          {"Momentum", 1, momentum_attributes("nesterov"), nesterov}};
}

Tensor squares(const Tensor& tensor) {
  std::vector<double> values = doubles(tensor);
  for (double& value : values) value *= value;
  return typed(tensor.dtype(), tensor.shape(), values);
}

OpTest test_of(const Optimizer& optimizer, double rate, int64_t count,
               const std::vector<std::pair<DType, Shape>>& values) {
  OpTest test{.op = optimizer.op, .domain = "ai.onnx.preview.training", .attributes = optimizer.attributes};
  test.inputs = {typed(DType::kF32, {}, std::vector{rate}), Tensor::of<int64_t>({}, {count})};
  uint32_t seed = 1;
  for (size_t group = 0; group < optimizer.memories + 2; ++group) {
    for (const auto& [dtype, shape] : values) {
      const Tensor tensor = eighths(dtype, shape, seed++);
      test.inputs.emplace_back(group < 2 ? tensor : squares(tensor));
    }
  }
  test.num_outputs = static_cast<uint32_t>((optimizer.memories + 1) * values.size());
  return test;
}

TEST(Optimizers, MoveEveryNumberAsTheFormulaSays) {
  const std::vector<std::pair<DType, Shape>> values = {{DType::kF32, {2, 3}}, {DType::kF64, {}}, {DType::kF32, {0}}};
  for (const Optimizer& optimizer : optimizers()) {
    for (const int64_t count : {0, 1, 9}) {
      const OpTest test = test_of(optimizer, 0.25, count, values);
      const auto y = run_op(test);
      ASSERT_TRUE(y.ok()) << y.status().message();
      for (size_t i = 0; i < values.size(); ++i) {
        const auto of = [&](size_t group) {
          const size_t last = std::min(group, optimizer.memories + 1);
          return doubles(test.inputs[2 + last * values.size() + i].tensor);
        };
        const auto x = of(0), g = of(1), v = of(2), h = of(3);
        std::vector<std::vector<double>> wanted(optimizer.memories + 1);
        for (size_t e = 0; e < x.size(); ++e) {
          const auto moved = optimizer.formula(0.25, count, x[e], g[e], v[e], h[e]);
          for (size_t k = 0; k < wanted.size(); ++k) wanted[k].push_back(moved[k]);
        }
        for (size_t k = 0; k < wanted.size(); ++k) expect_near((*y)[k * values.size() + i], wanted[k]);
      }
    }
  }
}

TEST(Optimizers, RefuseWhatDoesNotFit) {
  const Optimizer adam_optimizer = optimizers()[2];
  const std::vector<std::pair<DType, Shape>> values = {{DType::kF32, {2}}};
  OpTest test = test_of(adam_optimizer, 0.25, 1, values);
  test.inputs[3] = eighths(DType::kF32, {3}, 1);
  EXPECT_THAT(run_op(test).status().message(),
              HasSubstr("input 3 is float32[3], but the value that it belongs to, input 2, is float32[2]"));
  test = test_of(adam_optimizer, 0.25, 1, values);
  test.inputs[5] = eighths(DType::kF64, {2}, 1);
  EXPECT_THAT(run_op(test).status().message(), HasSubstr("input 5 is float64[2]"));
  test = test_of(adam_optimizer, 0.25, 1, values);
  test.inputs.pop_back();
  EXPECT_THAT(run_op(test).status().message(), HasSubstr("3 tensors and 3 outputs do not fit"));
  test = test_of(adam_optimizer, 0.25, 1, values);
  test.inputs[1] = Tensor::of<int64_t>({2}, {1, 2});
  EXPECT_THAT(run_op(test).status().message(), HasSubstr("must be one number and one int64"));
  test = test_of(optimizers()[3], 0.25, 1, values);
  test.attributes = momentum_attributes("heavy");
  EXPECT_THAT(run_op(test).status().message(), HasSubstr("mode is 'heavy', not standard or nesterov"));
}

}  // namespace
}  // namespace mortise::test
