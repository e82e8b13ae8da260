// Training end to end: the loss of small networks falls, step by step, with the derivatives that Gradient gives.
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "mortise/core/session.h"
#include "tests/core/gradient/gradient_check.h"

namespace mortise {
namespace {

const std::string kTraining = " = ai.onnx.preview.training.";

Tensor random(const Shape& shape, std::mt19937& engine, float scale) {
  Tensor tensor = Tensor::allocate(DType::kF32, shape).value();
  std::normal_distribution<float> normal(0, scale);
  for (float& element : tensor.elements<float>()) element = normal(engine);
  return tensor;
}

Tensor zeros(const Shape& shape) {
  Tensor tensor = Tensor::allocate(DType::kF32, shape).value();
  for (float& element : tensor.elements<float>()) element = 0;
  return tensor;
}

// Runs the model again and again: output new_<name> is input <name> of the next step. The losses of all steps.
std::vector<float> train(const std::string& model, std::map<std::string, Value> inputs, int steps) {
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(model))});
  EXPECT_TRUE(session.ok()) << session.status().message();
  std::vector<float> losses;
  for (int step = 0; session.ok() && step < steps; ++step) {
    inputs["step"] = Tensor::of<int64_t>({}, {step});
    auto outputs = session->run(inputs);
    EXPECT_TRUE(outputs.ok()) << outputs.status().message();
    if (!outputs.ok()) break;
    losses.push_back(*outputs->at("loss").tensor.data<float>());
    for (auto& [name, value] : *outputs) {
      if (name.starts_with("new_")) inputs[name.substr(4)] = std::move(value);
    }
  }
  return losses;
}

// Stripes along one axis or the other, with noise, told apart by two filters.
TEST(Training, OfAConvolutionalNetworkWithMomentum) {
  const std::string model = test::training_model(
      "g (float[n, 1, 6, 6] x, int64[n] t, int64 step, float[4, 1, 3, 3] w, float[4] b, float[36, 2] u, float[2] c,"
      "   float[4, 1, 3, 3] vw, float[4] vb, float[36, 2] vu, float[2] vc)"
      " => (float loss, float new_w, float new_b, float new_u, float new_c, float new_vw, float new_vb, float new_vu, "
      "float new_vc) {\n"
      "h = Conv <pads = [1, 1, 1, 1]> (x, w, b)\nr = Relu(h)\np = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> "
      "(r)\n"
      "f = Flatten(p)\ns = Gemm(f, u, c)\nloss = SoftmaxCrossEntropyLoss(s, t)\n"
      "dw, db, du, dc" +
      kTraining +
      "Gradient <xs = [\"w\", \"b\", \"u\", \"c\"], zs = [\"x\", \"t\"], y = \"loss\"> (w, b, u, c, x, t)\n" +
      "rate = Constant <value = float {0.1}> ()\n"
      "new_w, new_b, new_u, new_c, new_vw, new_vb, new_vu, new_vc" +
      kTraining +
      "Momentum <alpha = 0.9, beta = 1.0, mode = \"standard\", norm_coefficient = 0.001>"
      " (rate, step, w, b, u, c, dw, db, du, dc, vw, vb, vu, vc)\n}");
  std::mt19937 engine(3);
  constexpr int64_t kBatch = 12;
  Tensor images = random({kBatch, 1, 6, 6}, engine, 0.3f);
  std::vector<int64_t> labels;
  for (int64_t n = 0; n < kBatch; ++n) {
    labels.push_back(n % 2);
    for (int64_t i = 0; i < 36; ++i) {
      const int64_t stripe = n % 2 == 0 ? i / 6 : i % 6;
      images.data<float>()[n * 36 + i] += static_cast<float>((stripe + n / 2) % 2);
    }
  }
  const std::vector<float> losses = train(model,
                                          {{"x", images},
                                           {"t", Tensor::of<int64_t>({kBatch}, std::span<const int64_t>(labels))},
                                           {"w", random({4, 1, 3, 3}, engine, 0.3f)},
                                           {"b", zeros({4})},
                                           {"u", random({36, 2}, engine, 0.2f)},
                                           {"c", zeros({2})},
                                           {"vw", zeros({4, 1, 3, 3})},
                                           {"vb", zeros({4})},
                                           {"vu", zeros({36, 2})},
                                           {"vc", zeros({2})}},
                                          40);
  ASSERT_EQ(losses.size(), 40u);
  EXPECT_LT(losses.back(), 0.1f * losses.front());
}

// Each position is to give the mean of all, which attention can learn.
TEST(Training, OfAnAttentionBlockWithAdam) {
  std::string parameters, variables, gradients, values, moments, squares, updated, outputs;
  const std::vector<std::pair<std::string, Shape>> all = {
      {"wq", {4, 4}}, {"wk", {4, 4}}, {"wv", {4, 4}}, {"wo", {4, 4}}, {"scale", {4}}, {"bias", {4}}, {"wf", {4, 4}}};
  std::mt19937 engine(5);
  std::map<std::string, Value> inputs = {{"x", random({3, 5, 4}, engine, 1)}};
  const auto append = [](std::string& list, const std::string& item) { list += (list.empty() ? "" : ", ") + item; };
  for (const std::string prefix : {"", "m_", "v_"}) {
    for (const auto& [name, shape] : all) {
      parameters += shape.rank() == 1 ? ", float[4] " : ", float[4, 4] ";
      parameters += prefix + name;
      append(updated, "new_" + prefix + name);
      outputs += ", float new_" + prefix + name;
      append(prefix.empty() ? values : prefix == "m_" ? moments : squares, prefix + name);
      inputs[prefix + name] = prefix.empty() && shape.rank() == 2 ? random(shape, engine, 0.5f) : zeros(shape);
    }
  }
  for (const auto& [name, shape] : all) {
    append(variables, '"' + name + '"');
    append(gradients, "d_" + name);
  }
  const std::string model = test::training_model(
      "g (float[n, k, 4] x, int64 step" + parameters + ") => (float loss" + outputs + ") {\n" +
          "q = MatMul(x, wq)\nk = MatMul(x, wk)\nv = MatMul(x, wv)\nkt = Transpose <perm = [0, 2, 1]> (k)\n"
          "s = MatMul(q, kt)\nhalf = Constant <value = float {0.5}> ()\nss = Mul(s, half)\na = Softmax(ss)\nc = "
          "MatMul(a, v)\n"
          "o = MatMul(c, wo)\nr = Add(o, x)\nl = LayerNormalization(r, scale, bias)\nf = MatMul(l, wf)\ng = Gelu(f)\n"
          "z = Add(g, o)\none = Constant <value = int64[1] {1}> ()\nmean = ReduceMean(x, one)\ne = Sub(z, mean)\n"
          "e2 = Mul(e, e)\nloss = ReduceMean <keepdims = 0> (e2)\n" +
          gradients + kTraining + "Gradient <xs = [" + variables + "], zs = [\"x\"], y = \"loss\"> (" + values +
          ", x)\n" + "rate = Constant <value = float {0.02}> ()\n" + updated + kTraining + "Adam (rate, step, " +
          values + ", " + gradients + ", " + moments + ", " + squares + ")\n}",
      20);
  const std::vector<float> losses = train(model, inputs, 150);
  ASSERT_EQ(losses.size(), 150u);
  EXPECT_LT(losses.back(), 0.1f * losses.front());
}

}  // namespace
}  // namespace mortise
