// Layers of BERT-base's encoder: attention, then two linear layers with Gelu between, each with a sum and
// LayerNormalization around it.
#include <cmath>
#include <string>

#include "bench/model_builder.h"
#include "bench/networks/networks.h"

namespace mortise::bench {
namespace {

constexpr int64_t kHidden = 768;
constexpr int64_t kHeads = 12;
constexpr int64_t kInner = 3072;

// The exporter transposes the weights of torch.nn.Linear and adds the bias in a node of its own. Without an activation
// behind most of them, a variance of 1 / fan_in keeps the size of what passes.
std::string linear(ModelBuilder& model, const std::string& module, const std::string& at, const std::string& x,
                   int64_t in, int64_t out) {
  const float spread = std::sqrt(3.0f / static_cast<float>(in));
  const std::string weight = model.random(module + ".weight", {in, out}, 0, spread);
  const std::string product = model.node(at + "/MatMul", "MatMul", {x, weight});
  return model.node(at + "/Add", "Add", {model.random(module + ".bias", {out}, 0, 0.1f), product});
}

std::string add_norm(ModelBuilder& model, const std::string& module, const std::string& at, const std::string& x,
                     const std::string& around, const std::string& output = "") {
  const std::string sum = model.node(at + "/Add", "Add", {x, around});
  const std::string scale = model.random(module + ".LayerNorm.weight", {kHidden}, 1, 0.1f);
  const std::string bias = model.random(module + ".LayerNorm.bias", {kHidden}, 0, 0.1f);
  return model.node(at + "/LayerNorm/LayerNormalization", "LayerNormalization", {sum, scale, bias},
                    {{"axis", int64_t{-1}}, {"epsilon", 1e-12f}}, output);
}

class Layer {
 public:
  Layer(ModelBuilder& model, int index, int64_t sequence)
      : model_(model), module_("layer." + std::to_string(index)), at_("/" + module_), sequence_(sequence) {}

  std::string run(const std::string& x, const std::string& mask, const std::string& output) {
    const std::string attended = attention(x, mask);
    const std::string inner =
        gelu(linear(model_, module_ + ".intermediate.dense", at_ + "/intermediate/dense", attended, kHidden, kInner));
    const std::string outer = linear(model_, module_ + ".output.dense", at_ + "/output/dense", inner, kInner, kHidden);
    return add_norm(model_, module_ + ".output", at_ + "/output", outer, attended, output);
  }

 private:
  std::string attention(const std::string& x, const std::string& mask) {
    const std::string self = at_ + "/attention/self";
    const std::string query = heads(x, "query", Dims{0, 2, 1, 3});
    const std::string key = heads(x, "key", Dims{0, 2, 3, 1});
    const std::string value = heads(x, "value", Dims{0, 2, 1, 3});
    std::string scores = model_.node(self + "/MatMul", "MatMul", {query, key});
    const std::string root = model_.floats(module_ + ".attention.self.root", {}, {std::sqrt(float{kHidden / kHeads})});
    scores = model_.node(self + "/Div", "Div", {scores, root});
    scores = model_.node(self + "/Add", "Add", {scores, mask});
    scores = model_.node(self + "/Softmax", "Softmax", {scores}, {{"axis", int64_t{-1}}});
    std::string context = model_.node(self + "/MatMul_1", "MatMul", {scores, value});
    context = model_.node(self + "/Transpose_3", "Transpose", {context}, {{"perm", Dims{0, 2, 1, 3}}});
    const std::string flat = model_.int64s(module_ + ".attention.self.flat", {1, sequence_, kHidden});
    context = model_.node(self + "/Reshape_3", "Reshape", {context, flat});
    const std::string out =
        linear(model_, module_ + ".attention.output.dense", at_ + "/attention/output/dense", context, kHidden, kHidden);
    return add_norm(model_, module_ + ".attention.output", at_ + "/attention/output", out, x);
  }

  // A projection, cut into heads.
  std::string heads(const std::string& x, const std::string& name, const Dims& order) {
    const std::string at = at_ + "/attention/self/" + name;
    const std::string projected = linear(model_, module_ + ".attention.self." + name, at, x, kHidden, kHidden);
    const std::string shape =
        model_.int64s(module_ + ".attention.self." + name + ".heads", {1, sequence_, kHeads, kHidden / kHeads});
    const std::string cut = model_.node(at + "/Reshape", "Reshape", {projected, shape});
    return model_.node(at + "/Transpose", "Transpose", {cut}, {{"perm", order}});
  }

  // x * (1 + erf(x / sqrt(2))) / 2, in five nodes.
  std::string gelu(const std::string& x) {
    const std::string at = at_ + "/intermediate/intermediate_act_fn";
    const auto constant = [&](const std::string& name, float value) {
      return model_.node(at + name, "Constant", {}, {{"value_float", value}});
    };
    std::string y = model_.node(at + "/Div", "Div", {x, constant("/Constant", std::sqrt(2.0f))});
    y = model_.node(at + "/Erf", "Erf", {y});
    y = model_.node(at + "/Add", "Add", {y, constant("/Constant_1", 1.0f)});
    y = model_.node(at + "/Mul", "Mul", {x, y});
    return model_.node(at + "/Mul_1", "Mul", {y, constant("/Constant_2", 0.5f)});
  }

  ModelBuilder& model_;
  std::string module_, at_;
  int64_t sequence_;
};

}  // namespace

onnx::ModelProto bert(int64_t sequence, int layers) {
  ModelBuilder model("bert");
  std::string x = model.input("hidden_states", {1, sequence, kHidden});
  const std::string mask = model.input("attention_mask", {1, 1, 1, sequence});
  for (int i = 0; i < layers; ++i)
    x = Layer(model, i, sequence).run(x, mask, i + 1 == layers ? "last_hidden_state" : "");
  model.output(x, {1, sequence, kHidden});
  return model.model();
}

}  // namespace mortise::bench
