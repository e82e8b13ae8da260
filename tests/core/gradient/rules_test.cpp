// Each rule against central differences, at odd shapes and with the attributes that change what an operator means.
#include <gtest/gtest.h>

#include "tests/core/gradient/gradient_check.h"

namespace mortise::test {
namespace {

TEST(Derivative, OfArithmetic) {
  for (const char* op : {"Add", "Sub", "Mul", "Max", "Min", "Sum", "Mean"}) {
    const std::string node = std::string("y = ") + op;
    check_gradient({.nodes = node + "(a, b)", .variables = {{"a", {2, 3}}, {"b", {2, 3}}}});
    check_gradient({.nodes = node + "(a, b)", .variables = {{"a", {2, 1, 3}}, {"b", {4, 1}}}});
    check_gradient({.nodes = node + "(a, b)", .variables = {{"a", {}}, {"b", {2, 2}}}});
    check_gradient({.nodes = node + "(a, a)", .variables = {{"a", {3}}}, .twice = false});
  }
  check_gradient({.nodes = "y = Div(a, b)", .variables = {{"a", {2, 3}}, {"b", {2, 1}, 0.5, 2}}});
  check_gradient({.nodes = "y = Mod <fmod = 1> (a, b)", .variables = {{"a", {2, 3}, -2, 2}, {"b", {3}, 0.5, 0.9}}});
  check_gradient({.nodes = "y = Neg(a)", .variables = {{"a", {3}}}});
  check_gradient({.nodes = "y = Max(a, b, c)", .variables = {{"a", {2, 3}}, {"b", {3}}, {"c", {2, 1}}}});
  check_gradient({.nodes = "y = Mean(a, b, c)", .variables = {{"a", {2, 3}}, {"b", {3}}, {"c", {2, 1}}}});
}

TEST(Derivative, OfPowers) {
  check_gradient({.nodes = "y = Pow(a, b)", .variables = {{"a", {2, 3}, 0.5, 2}, {"b", {3}, -2, 2}}});
  check_gradient(
      {.nodes = "three = Constant <value = int64[3] {0, 1, 3}> ()\ny = Pow(a, three)", .variables = {{"a", {2, 3}}}});
}

TEST(Derivative, OfFunctions) {
  for (const char* op : {"Abs", "Erf", "Sin", "Cos", "Sinh", "Cosh", "Tan", "Tanh", "Asinh", "Atan", "Exp"}) {
    check_gradient({.nodes = std::string("y = ") + op + "(x)", .variables = {{"x", {2, 5}}}});
  }
  for (const char* op : {"Asin", "Acos", "Atanh"}) {
    check_gradient({.nodes = std::string("y = ") + op + "(x)", .variables = {{"x", {5}, -0.8, 0.8}}});
  }
  for (const char* op : {"Sqrt", "Log", "Reciprocal"}) {
    check_gradient({.nodes = std::string("y = ") + op + "(x)", .variables = {{"x", {5}, 0.5, 2}}});
  }
  check_gradient({.nodes = "y = Acosh(x)", .variables = {{"x", {5}, 1.5, 3}}});
}

TEST(Derivative, OfStepsIsZero) {
  for (const char* op : {"Ceil", "Floor", "Round", "Sign", "Hardmax"}) {
    check_gradient({.nodes = std::string("s = ") + op + "(x)\ny = Mul(s, x)", .variables = {{"x", {5}, 0.1, 2}}});
  }
}

TEST(Derivative, OfActivations) {
  for (const char* op : {"Relu", "LeakyRelu <alpha = 0.3>", "LeakyRelu", "Elu <alpha = 0.7>", "Selu", "Sigmoid",
                         "Softplus", "Softsign", "HardSigmoid", "HardSigmoid <alpha = 0.9, beta = 0.2>", "HardSwish",
                         "Mish", "ThresholdedRelu <alpha = 0.4>", "Shrink <lambd = 0.3, bias = 0.1>"}) {
    check_gradient({.nodes = std::string("y = ") + op + "(x)", .variables = {{"x", {3, 7}, -4, 4}}});
  }
  check_gradient({.nodes = "y = Gelu(x)", .variables = {{"x", {7}, -3, 3}}, .opset = 20});
  check_gradient({.nodes = "y = Gelu <approximate = \"tanh\"> (x)", .variables = {{"x", {7}, -3, 3}}, .opset = 20});
  check_gradient({.nodes = "y = Swish <alpha = 1.5> (x)", .variables = {{"x", {7}, -3, 3}}, .opset = 24});
  check_gradient(
      {.nodes = "y = SwiGLU <alpha = 1.5> (a, b)", .variables = {{"a", {2, 3}}, {"b", {2, 3}}}, .opset = 28});
  check_gradient({.nodes = "y = PRelu(x, s)", .variables = {{"x", {2, 3, 4}}, {"s", {3, 1}}}});
}

TEST(Derivative, OfChoices) {
  check_gradient(
      {.nodes = "c = Less(a, b)\nab = Mul(a, b)\ny = Where(c, ab, b)", .variables = {{"a", {2, 1, 3}}, {"b", {4, 1}}}});
  check_gradient({.nodes = "y = Clip(x, low, high)",
                  .variables = {{"x", {3, 5}, -2, 2}, {"low", {}, -0.8, -0.3}, {"high", {}, 0.3, 0.8}}});
  // A least above the most: the most is the result everywhere.
  check_gradient({.nodes = "y = Clip(x, low, high)",
                  .variables = {{"x", {3, 5}, -2, 2}, {"low", {}, 0.3, 0.8}, {"high", {}, -0.8, -0.3}}});
  check_gradient({.nodes = "y = Clip(x, , high)", .variables = {{"x", {3, 5}, -2, 2}, {"high", {}, 0.3, 0.8}}});
  check_gradient({.nodes = "y = Clip <min = -0.5, max = 0.7> (x)", .variables = {{"x", {3, 5}, -2, 2}}, .opset = 10});
}

TEST(Derivative, OfMatrixProducts) {
  const std::vector<std::pair<Shape, Shape>> shapes = {{{2, 3}, {3, 4}},
                                                       {{3}, {3, 4}},
                                                       {{2, 3}, {3}},
                                                       {{3}, {3}},
                                                       {{2, 2, 3}, {3, 4}},
                                                       {{2, 3}, {5, 3, 1}},
                                                       {{2, 1, 2, 3}, {3, 3, 2}},
                                                       {{3}, {2, 3, 4}},
                                                       {{2, 2, 3}, {3}}};
  for (const auto& [a, b] : shapes) {
    check_gradient({.nodes = "y = MatMul(a, b)", .variables = {{"a", a}, {"b", b}}});
  }
  for (const int flips : {0, 1, 2, 3}) {
    const bool a = (flips & 1) != 0, b = (flips & 2) != 0;
    check_gradient(
        {.nodes = "y = Gemm <alpha = 0.7, beta = 1.3, transA = " + std::to_string(a) +
                  ", transB = " + std::to_string(b) + "> (a, b, c)",
         .variables = {{"a", a ? Shape{3, 2} : Shape{2, 3}}, {"b", b ? Shape{4, 3} : Shape{3, 4}}, {"c", {4}}}});
  }
  check_gradient({.nodes = "y = Gemm(a, b)", .variables = {{"a", {2, 3}}, {"b", {3, 2}}}});
}

TEST(Derivative, OfConvolutions) {
  const auto conv = [](const std::string& attributes, Shape x, Shape w) {
    const Shape bias = {w[0]};
    check_gradient(
        {.nodes = "y = Conv <" + attributes + "> (x, w, b)", .variables = {{"x", x}, {"w", w}, {"b", bias}}});
  };
  conv("group = 1", {2, 2, 4}, {3, 2, 3});
  conv("strides = [2], pads = [1, 0]", {1, 2, 6}, {2, 2, 3});
  conv("strides = [3], dilations = [2], pads = [2, 3]", {1, 1, 7}, {2, 1, 2});
  conv("strides = [2, 1], pads = [1, 0, 0, 2], dilations = [1, 2]", {1, 2, 5, 4}, {2, 2, 2, 3});
  conv("group = 2, strides = [2, 3]", {2, 4, 4, 5}, {2, 2, 2, 2});
  conv("group = 3, pads = [1, 1]", {1, 3, 4}, {6, 1, 3});
  conv("auto_pad = \"SAME_UPPER\", strides = [2, 2]", {1, 1, 5, 4}, {2, 1, 3, 2});
  conv("auto_pad = \"SAME_LOWER\", strides = [2, 1]", {1, 1, 4, 5}, {1, 1, 3, 2});
  conv("auto_pad = \"VALID\"", {1, 1, 4}, {1, 1, 3});
  conv("strides = [2, 2, 1]", {1, 1, 3, 4, 2}, {2, 1, 2, 2, 2});
  check_gradient({.nodes = "y = Conv(x, w)", .variables = {{"x", {1, 1, 3}}, {"w", {1, 1, 2}}}});
}

TEST(Derivative, OfTransposedConvolutions) {
  const auto conv = [](const std::string& attributes, Shape x, Shape w, int64_t filters) {
    check_gradient({.nodes = "y = ConvTranspose <" + attributes + "> (x, w, b)",
                    .variables = {{"x", x}, {"w", w}, {"b", {filters}}}});
  };
  conv("group = 1", {2, 2, 3}, {2, 3, 2}, 3);
  conv("strides = [2, 3], pads = [1, 0, 0, 1], dilations = [2, 1]", {1, 2, 3, 2}, {2, 1, 2, 2}, 1);
  conv("group = 2, strides = [2], output_padding = [1]", {1, 4, 3}, {4, 2, 2}, 4);
  conv("strides = [2], output_shape = [6]", {1, 1, 3}, {1, 1, 3}, 1);
  conv("strides = [2], auto_pad = \"SAME_UPPER\"", {1, 1, 3}, {1, 1, 3}, 1);
  conv("strides = [2], auto_pad = \"SAME_LOWER\"", {1, 1, 3}, {1, 1, 3}, 1);
}

TEST(Derivative, OfPools) {
  const auto pool = [](const std::string& node, Shape x, int opset = 19) {
    check_gradient({.nodes = "y = " + node + "(x)", .variables = {{"x", x}}, .opset = opset, .twice = opset >= 8});
  };
  for (const std::string op : {"MaxPool", "AveragePool"}) {
    pool(op + "<kernel_shape = [2, 3]>", {1, 2, 4, 5});
    pool(op + "<kernel_shape = [3, 2], strides = [2, 1], pads = [1, 0, 1, 1]>", {2, 1, 5, 4});
    pool(op + "<kernel_shape = [2], strides = [2], ceil_mode = 1>", {1, 2, 5});
    pool(op + "<kernel_shape = [3], strides = [2], pads = [1, 1], ceil_mode = 1>", {1, 1, 6});
    pool(op + "<kernel_shape = [2], dilations = [2]>", {1, 1, 6});
    pool(op + "<kernel_shape = [3], strides = [2], auto_pad = \"SAME_UPPER\">", {1, 1, 5});
    pool(op + "<kernel_shape = [2, 2], auto_pad = \"SAME_LOWER\">", {1, 1, 3, 3});
  }
  pool("MaxPool <kernel_shape = [2, 2], storage_order = 1>", {1, 2, 3, 3});
  pool("MaxPool <kernel_shape = [2]>", {1, 1, 4}, 7);
  pool("AveragePool <kernel_shape = [3], strides = [2], pads = [1, 1], count_include_pad = 1>", {1, 2, 5});
  pool("AveragePool <kernel_shape = [3], strides = [2], pads = [1, 1], count_include_pad = 1, ceil_mode = 1>",
       {1, 1, 6});
  for (const std::string p : {"1", "2", "3"}) {
    pool("LpPool <p = " + p + ", kernel_shape = [3, 2], strides = [2, 1], pads = [1, 0, 1, 1]>", {2, 1, 5, 4});
    pool("LpPool <p = " + p + ", kernel_shape = [2], dilations = [2], auto_pad = \"SAME_UPPER\">", {1, 2, 5});
    pool("LpPool <p = " + p + ", kernel_shape = [3], strides = [2], ceil_mode = 1>", {1, 1, 6});
    pool("GlobalLpPool <p = " + p + ">", {2, 3, 2, 3});
  }
  pool("GlobalAveragePool", {2, 3, 2, 3});
  pool("GlobalMaxPool", {2, 3, 2, 3});
  pool("GlobalMaxPool", {2, 3});
}

TEST(Derivative, OfNormalizations) {
  check_gradient({.nodes = "y = BatchNormalization <epsilon = 0.01> (x, s, b, m, v)",
                  .variables = {{"x", {2, 3, 2}}, {"s", {3}}, {"b", {3}}, {"m", {3}}, {"v", {3}, 0.5, 2}}});
  check_gradient({.nodes =
                      "n, rm, rv = BatchNormalization <training_mode = 1, momentum = 0.7> (x, s, b, m, v)\n"
                      "mv = Add(rm, rv)\nc = Constant <value = int64[2] {3, 1}> ()\nt = Reshape(mv, c)\ny = Add(n, t)",
                  .variables = {{"x", {2, 3, 2}}, {"s", {3}}, {"b", {3}}, {"m", {3}}, {"v", {3}, 0.5, 2}}});
  check_gradient({.nodes = "y, rm, rv, sm, sv = BatchNormalization(x, s, b, m, v)",
                  .variables = {{"x", {3, 2}}, {"s", {2}}, {"b", {2}}, {"m", {2}}, {"v", {2}, 0.5, 2}},
                  .opset = 9});
  check_gradient({.nodes = "y = LayerNormalization(x, s, b)", .variables = {{"x", {2, 3, 4}}, {"s", {4}}, {"b", {4}}}});
  check_gradient({.nodes = "y = LayerNormalization <axis = 1, epsilon = 0.1> (x, s)",
                  .variables = {{"x", {2, 3, 2}}, {"s", {3, 2}}}});
  check_gradient({.nodes =
                      "n, m, i = LayerNormalization <epsilon = 0.1> (x, s)\nmi = Mul(m, i)\nw = Cast <to = 11> (mi)\n"
                      "y = Mul(n, w)",
                  .variables = {{"x", {2, 3}}, {"s", {3}}},
                  .step = 3e-3,
                  .tolerance = 1e-2});
  check_gradient(
      {.nodes = "y = RMSNormalization <axis = 1> (x, s)", .variables = {{"x", {2, 3, 2}}, {"s", {3, 2}}}, .opset = 23});
  check_gradient(
      {.nodes = "y = InstanceNormalization(x, s, b)", .variables = {{"x", {2, 2, 2, 3}}, {"s", {2}}, {"b", {2}}}});
  check_gradient({.nodes = "y = GroupNormalization <num_groups = 2> (x, s, b)",
                  .variables = {{"x", {2, 4, 3}}, {"s", {4}}, {"b", {4}}},
                  .opset = 21});
  check_gradient({.nodes = "y = GroupNormalization <num_groups = 2> (x, s, b)",
                  .variables = {{"x", {2, 4, 3}}, {"s", {2}}, {"b", {2}}}});
  check_gradient({.nodes = "y = LpNormalization <axis = 1> (x)", .variables = {{"x", {2, 3}, 0.5, 2}}});
  check_gradient({.nodes = "y = LpNormalization <axis = 0, p = 1> (x)", .variables = {{"x", {2, 3}}}});
  check_gradient(
      {.nodes = "y = LRN <size = 3, alpha = 0.3, beta = 0.6, bias = 1.5> (x)", .variables = {{"x", {2, 4, 2}}}});
  check_gradient({.nodes = "y = LRN <size = 4, alpha = 0.3> (x)", .variables = {{"x", {1, 5, 2, 2}}}});
  check_gradient({.nodes = "y = MeanVarianceNormalization(x)", .variables = {{"x", {2, 2, 2, 2}}}});
}

TEST(Derivative, OfSoftmax) {
  for (const std::string op : {"Softmax", "LogSoftmax"}) {
    check_gradient({.nodes = "y = " + op + "(x)", .variables = {{"x", {2, 3, 4}}}});
    check_gradient({.nodes = "y = " + op + "<axis = 1> (x)", .variables = {{"x", {2, 3, 4}}}});
    check_gradient({.nodes = "y = " + op + "(x)", .variables = {{"x", {2, 3, 2}}}, .opset = 12});
  }
}

TEST(Derivative, OfAttention) {
  const auto attention = [](const std::string& attributes, std::vector<Variable> variables, const std::string& inputs,
                            const std::string& before = "") {
    check_gradient({.nodes = before + "y = Attention <" + attributes + "> (" + inputs + ")",
                    .variables = std::move(variables),
                    .opset = 23});
  };
  const std::vector<Variable> heads = {{"q", {2, 2, 3, 2}}, {"k", {2, 2, 4, 2}}, {"v", {2, 2, 4, 3}}};
  attention("softcap = 0.0", heads, "q, k, v");
  attention("softcap = 0.8, scale = 1.5", heads, "q, k, v");
  attention("is_causal = 1", heads, "q, k, v");
  attention("is_causal = 1", heads, "q, k, v, m",
            "m = Constant <value = bool[3, 4] {0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1, 0}> ()\n");
  // Padding by the least number of the type: where a row has nothing else, it is the mean of all. Queries and keys are
  // constant, since their differences vanish beside such numbers.
  const std::string padded =
      "q = Constant <value = double[1, 1, 2, 1] {0.3, -0.4}> ()\nk = Constant <value = double[1, 1, 2, 1] {0.5, 0.2}> "
      "()\n"
      "m = Constant <value = double[2, 2] {-1.7e308, -1.7e308, 0.0, -1.7e308}> ()\n";
  attention("scale = 1.0", {{"v", {1, 1, 2, 3}}}, "q, k, v, m", padded);
  attention("is_causal = 1, scale = 1.0", {{"v", {1, 1, 2, 3}}}, "q, k, v, m", padded);
  const std::vector<Variable> few = {{"q", {1, 4, 2, 2}}, {"k", {1, 2, 3, 2}}, {"v", {1, 2, 3, 1}}, {"m", {2, 3}}};
  attention("scale = 0.7", few, "q, k, v, m");
  const std::vector<Variable> packed = {{"q", {2, 2, 4}}, {"k", {2, 3, 2}}, {"v", {2, 3, 2}}};
  attention("q_num_heads = 2, kv_num_heads = 1", packed, "q, k, v");
  for (const std::string mode : {"0", "1", "2", "3"}) {
    check_gradient(
        {.nodes = "o, pk, pv, s = Attention <softcap = 0.8, qk_matmul_output_mode = " + mode +
                  "> (q, k, v, m, c, w)\na = ReduceSum <keepdims = 0> (pk)\nb = ReduceLogSumExp <keepdims = 0> (pv)\n"
                  "t = ReduceSumSquare <keepdims = 0> (s)\nab = Mul(a, b)\nat = Mul(ab, t)\ny = Mul(o, at)",
         .variables = {{"q", {1, 1, 2, 2}},
                       {"k", {1, 1, 2, 2}},
                       {"v", {1, 1, 2, 2}},
                       {"m", {2, 3}},
                       {"c", {1, 1, 1, 2}},
                       {"w", {1, 1, 1, 2}}},
         .opset = 23});
  }
}

TEST(Derivative, OfAttentionToPaddedKeys) {
  const std::string lengths = "n = Constant <value = int64[2] {3, 1}> ()\n";
  const std::vector<Variable> heads = {{"q", {2, 2, 2, 2}}, {"k", {2, 1, 4, 2}}, {"v", {2, 1, 4, 3}}};
  for (const std::string causal : {"0", "1"}) {
    check_gradient({.nodes = lengths + "y = Attention <is_causal = " + causal + "> (q, k, v, , , , n)",
                    .variables = heads,
                    .opset = 24});
  }
}

// What a mask leaves out at the end is not seen; before version 24 one column is for all keys.
TEST(Derivative, OfAttentionWithAShortMask) {
  const std::vector<Variable> heads = {{"q", {1, 2, 2, 2}}, {"k", {1, 1, 4, 2}}, {"v", {1, 1, 4, 3}}};
  for (const int opset : {23, 24}) {
    for (const std::string mask : {"bool[2, 3] {1, 0, 1, 1, 1, 0}", "bool[2, 1] {1, 1}", "double[2] {0.5, -0.5}"}) {
      const bool is_list = mask.starts_with("double");
      check_gradient(
          {.nodes = "n = Constant <value = " + mask + "> ()\n" +
                    (is_list ? "u = Constant <value_ints = [0]> ()\nm = Unsqueeze(n, u)\n" : "m = Identity(n)\n") +
                    "y = Attention (q, k, v, m)",
           .variables = heads,
           .opset = opset});
    }
  }
  std::vector<Variable> with_mask = heads;
  with_mask.push_back({"m", {2, 2}});
  check_gradient({.nodes = "y = Attention (q, k, v, m)", .variables = with_mask, .opset = 24});
}

TEST(Derivative, OfRotaryEmbedding) {
  const auto check = [](const std::string& attributes, const Shape& shape) {
    check_gradient({.nodes = "c = Constant <value = float[1, 2, 2] {0.5, 0.6, 0.7, 0.8}> ()\n"
                             "s = Constant <value = float[1, 2, 2] {0.1, -0.2, 0.3, 0.4}> ()\nf = Cast <to = 1> (x)\n"
                             "turned = RotaryEmbedding" +
                             attributes + "(f, c, s)\ny = Cast <to = 11> (turned)",
                    .variables = {{"x", shape}},
                    .opset = 23,
                    .step = 1e-2,
                    .tolerance = 2e-3});
  };
  check("", {1, 2, 2, 4});
  check("<interleaved = 1, num_heads = 1> ", {1, 2, 4});
  check("<rotary_embedding_dim = 4> ", {1, 1, 2, 5});
}

TEST(Derivative, OfEinsum) {
  const auto einsum = [](const std::string& equation, std::vector<Variable> variables) {
    const bool one = variables.size() == 1;
    check_gradient({.nodes = "y = Einsum <equation = \"" + equation + "\"> (" + (one ? "a" : "a, b") + ")",
                    .variables = std::move(variables)});
  };
  einsum("ij, jk -> ik", {{"a", {2, 3}}, {"b", {3, 2}}});
  einsum("bij,bkj->bki", {{"a", {2, 3, 2}}, {"b", {2, 2, 2}}});
  einsum("i,j", {{"a", {2}}, {"b", {3}}});
  einsum("ij->i", {{"a", {2, 3}}});
  einsum("ijk->k", {{"a", {2, 3, 2}}});
  einsum("...ij,...jk->...ik", {{"a", {2, 2, 3}}, {"b", {3, 2}}});
  einsum("...i,i->...", {{"a", {2, 3}}, {"b", {3}}});
  einsum("...i->i", {{"a", {2, 3}}});
  einsum("ij,kj->", {{"a", {2, 1}}, {"b", {2, 3}}});
}

TEST(Derivative, OfLosses) {
  const std::string labels = "t = Constant <value = int64[3] {1, 0, 3}> ()\n";
  const std::string images = "t = Constant <value = int64[2, 2] {1, 0, -1, 2}> ()\n";
  for (const std::string op : {"NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"}) {
    for (const std::string reduction : {"none", "sum", "mean"}) {
      const std::string node = "y = " + op + "<reduction = \"" + reduction + "\"";
      check_gradient({.nodes = labels + node + "> (x, t)", .variables = {{"x", {3, 4}}}});
      check_gradient({.nodes = labels + node + "> (x, t, w)", .variables = {{"x", {3, 4}}, {"w", {4}, 0.5, 2}}});
      check_gradient({.nodes = images + node + ", ignore_index = -1> (x, t, w)",
                      .variables = {{"x", {2, 3, 2}}, {"w", {3}, 0.5, 2}}});
    }
  }
  check_gradient(
      {.nodes = labels + "l, p = SoftmaxCrossEntropyLoss(x, t)\ny = Mul(l, p)", .variables = {{"x", {3, 4}}}});
}

TEST(Derivative, OfReductions) {
  for (const std::string op : {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2",
                               "ReduceLogSum", "ReduceLogSumExp", "ReduceProd", "ReduceSumSquare"}) {
    const std::vector<Variable> x = {{"x", {2, 3, 2}, 0.5, 2}};
    const std::string axes = "a = Constant <value = int64[2] {-1, 0}> ()\n";
    check_gradient({.nodes = axes + "y = " + op + "(x, a)", .variables = x});
    check_gradient({.nodes = axes + "y = " + op + "<keepdims = 0> (x, a)", .variables = x});
    check_gradient({.nodes = "y = " + op + "<keepdims = 0> (x)", .variables = x});
    check_gradient({.nodes = "y = " + op + "<noop_with_empty_axes = 1> (x)", .variables = x});
    check_gradient({.nodes = "y = " + op + "<axes = [1], keepdims = 0> (x)", .variables = x, .opset = 11});
  }
  // Rows with one factor of 0 and with two of them.
  const std::string last = "l = Constant <value = int64[1] {1}> ()\n";
  check_gradient({.nodes = last + "x = Concat <axis = 1> (a, b)\ny = ReduceProd(x, l)",
                  .variables = {{"a", {2, 2}}, {"b", {2, 1}, 0, 0}},
                  .twice = false});
  check_gradient({.nodes = last + "x = Concat <axis = 1> (a, b)\ny = ReduceProd(x, l)",
                  .variables = {{"a", {2, 1}}, {"b", {2, 2}, 0, 0}},
                  .twice = false});
  const std::string axis = "a = Constant <value = int64 {1}> ()\n";
  for (const std::string attributes : {"exclusive = 0", "exclusive = 1", "reverse = 1", "exclusive = 1, reverse = 1"}) {
    check_gradient({.nodes = axis + "y = CumSum <" + attributes + "> (x, a)", .variables = {{"x", {2, 3}}}});
  }
}

TEST(Derivative, OfShapes) {
  check_gradient(
      {.nodes = "c = Constant <value = int64[2] {3, -1}> ()\ny = Reshape(x, c)", .variables = {{"x", {2, 3}}}});
  check_gradient({.nodes = "y = Flatten(x)", .variables = {{"x", {2, 3, 2}}}});
  check_gradient(
      {.nodes = "a = Constant <value = int64[1] {1}> ()\ny = Squeeze(x, a)", .variables = {{"x", {2, 1, 3}}}});
  check_gradient(
      {.nodes = "a = Constant <value = int64[2] {0, 3}> ()\ny = Unsqueeze(x, a)", .variables = {{"x", {2, 3}}}});
  check_gradient({.nodes = "y = Transpose <perm = [1, 2, 0]> (x)", .variables = {{"x", {2, 3, 2}}}});
  check_gradient({.nodes = "y = Transpose(x)", .variables = {{"x", {2, 3}}}});
  check_gradient({.nodes = "y = Concat <axis = -1> (a, b, a)", .variables = {{"a", {2, 1}}, {"b", {2, 3}}}});
  check_gradient(
      {.nodes = "c = Constant <value = int64[3] {2, 2, 3}> ()\ny = Expand(x, c)", .variables = {{"x", {2, 1}}}});
  check_gradient({.nodes = "y = Identity(x)", .variables = {{"x", {2}}}});
  check_gradient({.nodes = "k = Constant <value = int64 {1}> ()\ny = Trilu(x, k)", .variables = {{"x", {3, 3}}}});
  check_gradient(
      {.nodes = "l = Constant <value = int64[2] {3, 2}> ()\ny = ReverseSequence(x, l)", .variables = {{"x", {4, 2}}}});
  check_gradient({.nodes = "y = CastLike(x, x)", .variables = {{"x", {2}}}, .opset = 19});
}

TEST(Derivative, OfMoves) {
  const auto move = [](const std::string& nodes, Shape x, int opset = 18) {
    check_gradient({.nodes = nodes, .variables = {{"x", x}}, .opset = opset});
  };
  move(
      "s = Constant <value = int64[2] {-1, 0}> ()\ne = Constant <value = int64[2] {-9, 9}> ()\n"
      "a = Constant <value = int64[2] {1, 0}> ()\nt = Constant <value = int64[2] {-2, 1}> ()\ny = Slice(x, s, e, a, t)",
      {2, 5});
  move("y = Slice <starts = [1], ends = [3]> (x)", {4}, 9);
  move("a, b = Split <axis = 1, num_outputs = 2> (x)\ny = Mul(a, b)", {2, 4});
  move("a, b = Split <axis = 1, num_outputs = 2> (x)\ny = Mul(b, b)", {2, 4});
  move("i = Constant <value = int64[2, 2] {0, -1, 2, 0}> ()\ny = Gather(x, i)", {3, 2});
  move("i = Constant <value = int64 {1}> ()\ny = Gather <axis = 1> (x, i)", {3, 2});
  move("i = Constant <value = int64[1, 3] {1, 0, 1}> ()\ny = GatherElements(x, i)", {2, 3});
  move("i = Constant <value = int64[3, 1] {1, 0, 1}> ()\ny = GatherND(x, i)", {2, 3});
  move("r = Constant <value = int64[2] {2, 3}> ()\ny = Tile(x, r)", {2, 2});
  move("c = Constant <value = bool[3] {1, 0, 1}> ()\ny = Compress <axis = 0> (x, c)", {3, 2});
  move("y = DepthToSpace <blocksize = 2, mode = \"CRD\"> (x)", {1, 4, 1, 2});
  move("y = SpaceToDepth <blocksize = 2> (x)", {1, 1, 2, 4});
  for (const std::string mode : {"constant", "reflect", "edge"}) {
    move("p = Constant <value = int64[4] {1, 2, 0, 1}> ()\ny = Pad <mode = \"" + mode + "\"> (x, p)", {2, 3});
  }
  move("p = Constant <value = int64[4] {-1, 1, 0, -1}> ()\nv = Constant <value = double {2.5}> ()\ny = Pad(x, p, v)",
       {3, 3});
  move("p = Constant <value = int64[2] {1, 1}> ()\na = Constant <value = int64[1] {1}> ()\ny = Pad(x, p, , a)", {2, 3});
  move("c = Constant <value = int64[2] {2, 5}> ()\ny = CenterCropPad(x, c)", {3, 3});
  move("s = Constant <value = float[4] {1, 1, 2, 1.5}> ()\ny = Resize <mode = \"nearest\"> (x, , s)", {1, 1, 2, 2});
  move("k = Constant <value = int64[1] {2}> ()\ny, i = TopK <axis = 0> (x, k)", {4, 2});
}

TEST(Derivative, OfResize) {
  const std::string scales = "s = Constant <value = float[4] {1, 1, 1.7, 0.6}> ()\n";
  const std::string sizes = "s = Constant <value = int64[4] {1, 3, 5, 4}> ()\n";
  const std::string region = "r = Constant <value = float[8] {0, 0, 0.1, 0.2, 1, 1, 0.8, 1.3}> ()\n";
  const auto resize = [](const std::string& before, const std::string& attributes, const std::string& inputs) {
    check_gradient(
        {.nodes = before + "y = Resize <" + attributes + "> (" + inputs + ")", .variables = {{"x", {1, 2, 3, 4}}}});
  };
  for (const std::string mode : {"mode = \"linear\"", "mode = \"cubic\", exclude_outside = 1"}) {
    resize(scales, mode, "x, , s");
    resize(sizes, mode, "x, , , s");
    resize(scales, mode + ", antialias = 1", "x, , s");
    resize("s = Constant <value = int64[2] {5, 6}> ()\n", mode + ", axes = [-1, 2]", "x, , , s");
    for (const std::string where : {"align_corners", "asymmetric", "pytorch_half_pixel", "half_pixel_symmetric"}) {
      resize(scales, mode + ", coordinate_transformation_mode = \"" + where + "\"", "x, , s");
    }
  }
  for (const std::string mode : {"linear", "nearest"}) {
    const std::string crop = "coordinate_transformation_mode = \"tf_crop_and_resize\", extrapolation_value = 2.5";
    resize(scales + region, "mode = \"" + mode + "\", " + crop, "x, r, s");
  }
  check_gradient({.nodes = "e = Constant <value = float[0] {}> ()\ns = Constant <value = int64[3] {1, 2, 5}> ()\n"
                           "y = Resize <mode = \"linear\"> (x, e, e, s)",
                  .variables = {{"x", {1, 2, 3}}},
                  .opset = 11});
}

TEST(Derivative, OfGridSample) {
  for (const std::string padding : {"zeros", "border", "reflection"}) {
    for (const std::string align : {"0", "1"}) {
      const std::string attributes = "padding_mode = \"" + padding + "\", align_corners = " + align;
      check_gradient({.nodes = "y = GridSample <" + attributes + "> (x, g)",
                      .variables = {{"x", {2, 2, 3, 4}}, {"g", {2, 2, 3, 2}, -1.6, 1.6}},
                      .opset = 16});
      check_gradient({.nodes = "y = GridSample <" + attributes + "> (x, g)",
                      .variables = {{"x", {1, 1, 2, 3, 2}}, {"g", {1, 2, 1, 2, 3}, -1.6, 1.6}},
                      .opset = 20});
    }
  }
}

TEST(Derivative, OfScatters) {
  const std::string index = "i = Constant <value = int64[2, 2] {0, 2, 1, 0}> ()\n";
  check_gradient({.nodes = index + "y = ScatterElements(x, i, u)", .variables = {{"x", {3, 2}}, {"u", {2, 2}}}});
  check_gradient({.nodes = index + "y = ScatterElements <axis = 1, reduction = \"add\"> (x, i, u)",
                  .variables = {{"x", {2, 3}}, {"u", {2, 2}}}});
  const std::string places = "i = Constant <value = int64[2, 1] {2, 0}> ()\n";
  check_gradient({.nodes = places + "y = ScatterND(x, i, u)", .variables = {{"x", {3, 2}}, {"u", {2, 2}}}});
  check_gradient(
      {.nodes = places + "y = ScatterND <reduction = \"add\"> (x, i, u)", .variables = {{"x", {3, 2}}, {"u", {2, 2}}}});
}

TEST(Derivative, OfDropoutThatInfers) {
  check_gradient({.nodes = "y = Dropout(x)", .variables = {{"x", {2, 3}}}});
  check_gradient(
      {.nodes = "r = Constant <value = float {0.3}> ()\nt = Constant <value = bool {0}> ()\ny = Dropout(x, r, t)",
       .variables = {{"x", {2, 3}}}});
}

}  // namespace
}  // namespace mortise::test
