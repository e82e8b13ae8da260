// Function bodies that the standard got after libonnx's version of it: short ones are written here, the others are among
// the vectors, as the cases whose names end in _expanded.
#include <gtest/gtest.h>
#include <onnx/defs/parser.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>

#include "core/infer/operator_table.h"
#include "tests/providers/reference/functions/function_check.h"
#include "tests/support/typed.h"

namespace mortise::test {
namespace {

struct Written {
  std::string op_type;
  int opset;                            // the first that has it
  std::vector<std::string> attributes;  // numbers
  std::vector<std::string> scalars;     // inputs after X
  std::string nodes;                    // from X to Y; `zero` and `one` are there, and the attributes by name
  // On each way, of numbers below 7: X is in [-4, 4], attributes and scalars are in [0.3, 1.7]. A function that is not
  // a single operation counts twice.
  int roundings;
};

const Written kWritten[] = {
    {"Clip",
     18,
     {},
     {"low", "high"},
     "a = Less(X, low) l = Where(a, low, X) b = Less(high, l) Y = Where(b, high, l)",
     0},
    {"Elu", 18, {"alpha"}, {}, "e = Exp(X) m = Sub(e, one) s = Mul(alpha, m) c = Less(X, zero) Y = Where(c, s, X)", 4},
    {"Gelu",
     20,
     {},
     {},
     "two = Add(one, one) r = Sqrt(two) q = Div(X, r) e = Erf(q) p = Add(one, e) m = Mul(X, p) Y = Div(m, two)",
     7},
    {"HardSigmoid",
     18,
     {"alpha", "beta"},
     {},
     "p = Mul(X, alpha) q = Add(p, beta) r = Min(q, one) Y = Max(r, zero)",
     2},
    {"LeakyRelu", 18, {"alpha"}, {}, "s = Mul(alpha, X) c = Less(X, zero) Y = Where(c, s, X)", 1},
    {"Mish", 18, {}, {}, "s = Softplus(X) t = Tanh(s) Y = Mul(X, t)", 9},
    {"PRelu", 18, {}, {"slope"}, "s = Mul(slope, X) c = Less(X, zero) Y = Where(c, s, X)", 1},
    {"Relu", 18, {}, {}, "Y = Max(X, zero)", 0},
    {"Selu",
     18,
     {"alpha", "gamma"},
     {},
     "e = Exp(X) m = Sub(e, one) s = Mul(alpha, m) c = Less(X, zero) w = Where(c, s, X) Y = Mul(gamma, w)",
     5},
    {"Shrink",
     18,
     {"lambd", "bias"},
     {},
     "n = Neg(lambd) a = Less(X, n) b = Less(lambd, X) p = Add(X, bias) m = Sub(X, bias) r = Where(b, m, zero) "
     "Y = Where(a, p, r)",
     1},
    {"Softplus", 18, {}, {}, "e = Exp(X) p = Add(e, one) Y = Log(p)", 5},
    {"Softsign", 18, {}, {}, "a = Abs(X) p = Add(a, one) Y = Div(X, p)", 2},
    {"Swish", 24, {"alpha"}, {}, "p = Mul(alpha, X) s = Sigmoid(p) Y = Mul(X, s)", 4},
    {"ThresholdedRelu", 18, {"alpha"}, {}, "c = Less(alpha, X) Y = Where(c, X, zero)", 0},
};

onnx::FunctionProto body_of(const Written& written, int opset) {
  std::string attributes, inputs = "X", constants;
  for (const std::string& name : written.attributes) {
    attributes += (attributes.empty() ? "<" : ", ") + name;
    constants +=
        name + "_f = Constant <value_float: float = @" + name + "> () " + name + " = CastLike(" + name + "_f, X) ";
  }
  if (!attributes.empty()) attributes += ">";
  for (const std::string& name : written.scalars) inputs += ", " + name;
  for (const auto& [name, value] : {std::pair("zero", "0"), std::pair("one", "1")}) {
    constants += concat(name, "_f = Constant <value = float {", value, "}> () ", name, " = CastLike(", name, "_f, X) ");
  }
  const std::string text = "<opset_import: [\"\" : " + std::to_string(opset) + "], domain: \"test\"> Body " +
                           attributes + " (" + inputs + ") => (Y) { " + constants + written.nodes + " }";
  onnx::FunctionProto function;
  onnx::OnnxParser parser(text.c_str());
  if (const auto status = parser.Parse(function); !status.IsOK()) {
    throw std::invalid_argument(concat(text, ": ", status.ErrorMessage()));
  }
  return function;
}

// Whether the operator's first input may have the type: many know bfloat16 from version 22 on, Shrink does not.
bool takes(const std::string& op_type, int opset, DType dtype) {
  const auto version = infer::since_version("", op_type, opset);
  const uint32_t dtypes = infer::find_operator("", op_type)->signature(version.value())->inputs[0].dtypes;
  return dtypes == 0 || (dtypes >> static_cast<uint32_t>(dtype) & 1U) != 0;
}

TEST(Functions, ThatAreShortAgreeWithKernels) {
  constexpr int kNewestOpset = 28;
  for (const Written& written : kWritten) {
    for (const int opset : std::set<int>{written.opset, kNewestOpset}) {
      const onnx::FunctionProto body = body_of(written, opset);
      std::cout << written.op_type << " in opset " << opset << "\n";
      for (const DType dtype : kFloatTypes) {
        if (!takes(written.op_type, opset, dtype)) continue;
        for (uint32_t seed = 0; seed < 4; ++seed) {
          Draw draw{dtype, std::mt19937(seed)};
          FunctionCase c{.inputs = {draw.tensor(dtype, draw.shape(0, 3), -4, 4)},
                         .absolute = 2 * written.roundings * 7 * unit(dtype)};
          for (size_t i = 0; i < written.scalars.size(); ++i) c.inputs.emplace_back(draw.tensor(dtype, {}, 0.3, 1.7));
          for (const std::string& name : written.attributes) {
            set(c.node, name.c_str(), static_cast<float>(draw.real(0.3, 1.7)));
          }
          SCOPED_TRACE(concat(written.op_type, " of ", to_string(dtype), ", opset ", opset, ", seed ", seed));
          expect_agree(written.op_type, opset, c, body);
        }
      }
    }
  }
}

// How the names of vectors begin. Longer bodies: mortise verify runs these cases beside those of the operators
// themselves, with the same inputs.
const std::string kProvenByVectors[] = {
    "affine_grid",    "attention",           "causal_conv_with_state", "center_crop_pad",   "flexattention",
    "gelu",           "group_normalization", "linear_attention",       "reduce_l1",         "reduce_l2",
    "reduce_log_sum", "reduce_log_sum_exp",  "reduce_sum_square",      "rms_normalization", "rotary_embedding",
    "swiglu"};
// Those that the tests here and in function_test.cpp run.
const std::string kProvenHere[] = {"bernoulli",
                                   "blackmanwindow",
                                   "castlike",
                                   "celu",
                                   "clip",
                                   "dynamicquantizelinear",
                                   "elu",
                                   "greater_equal",
                                   "hammingwindow",
                                   "hannwindow",
                                   "hardsigmoid",
                                   "hardswish",
                                   "layer_normalization",
                                   "leakyrelu",
                                   "less_equal",
                                   "logsoftmax",
                                   "mish",
                                   "mvn",
                                   "nllloss",
                                   "prelu",
                                   "range",
                                   "relu",
                                   "sce",
                                   "selu",
                                   "sequence_map",
                                   "shrink",
                                   "softmax",
                                   "softplus",
                                   "softsign",
                                   "swish",
                                   "thresholdedrelu"};

TEST(Functions, ThatAreLongAreAmongTheVectors) {
  const char* root = std::getenv("MORTISE_ONNX_VECTORS");
  if (root == nullptr) GTEST_SKIP() << "set MORTISE_ONNX_VECTORS";
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(root) / "node")) {
    const std::string name = entry.path().filename().string();
    if (name.find("_expanded") != std::string::npos) names.push_back(name);
  }
  const auto is_of = [](const std::string& name, const std::string& op) { return name.starts_with("test_" + op); };
  for (const std::string& op : kProvenByVectors) {
    EXPECT_TRUE(std::any_of(names.begin(), names.end(), [&](const auto& name) { return is_of(name, op); })) << op;
  }
  // No function is proven nowhere.
  for (const std::string& name : names) {
    const auto is_known = [&](const std::string& op) { return is_of(name, op); };
    EXPECT_TRUE(std::any_of(std::begin(kProvenByVectors), std::end(kProvenByVectors), is_known) ||
                std::any_of(std::begin(kProvenHere), std::end(kProvenHere), is_known))
        << name;
  }
}

}  // namespace
}  // namespace mortise::test
