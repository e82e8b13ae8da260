// Products, convolutions, pools, normalisations, reductions and resizing like the reference's.
#include <gtest/gtest.h>

#include <cstring>

#include "tests/plugins/neon_cpu/neon_model.h"

namespace mortise::test {
namespace {

TEST(NeonMatMul, IsLikeTheReference) {
  const std::vector<std::pair<Shape, Shape>> shapes = {{{3, 4}, {4, 5}},
                                                       {{1, 70}, {70, 33}},
                                                       {{7, 1}, {1, 9}},
                                                       {{0, 4}, {4, 5}},
                                                       {{3, 0}, {0, 5}},
                                                       {{4}, {4}},
                                                       {{4}, {4, 5}},
                                                       {{3, 4}, {4}},
                                                       {{2, 3, 4}, {4, 5}},
                                                       {{2, 1, 3, 4}, {5, 4, 6}},
                                                       {{2, 3, 4}, {2, 4, 5}},
                                                       {{4}, {2, 4, 3}},
                                                       {{1, 12, 33, 64}, {1, 12, 64, 33}},
                                                       {{0, 3, 4}, {4, 5}},
                                                       {{65, 130}, {130, 129}}};
  for (const auto& [a, b] : shapes) {
    for (const bool constant : {false, true}) {
      NeonModel model;
      model.input("a", Dims(a.begin(), a.end()));
      const Tensor right = random_tensor(b, 5);
      const std::string second = constant ? model.constant(right) : model.input("b", Dims(b.begin(), b.end()));
      model.output(model.node("MatMul", {"a", second}, "y"));
      std::vector<Tensor> inputs = {random_tensor(a, 4)};
      if (!constant) inputs.push_back(right);
      model.expect_like_reference(inputs);
    }
  }
}

TEST(NeonGemm, TakesEveryFormOfC) {
  const std::vector<Shape> addends = {{}, {1}, {7}, {1, 7}, {5, 1}, {5, 7}};
  for (const bool transposed : {false, true}) {
    for (const Shape& c : addends) {
      for (const bool constant : {false, true}) {
        NeonModel model;
        model.input("a", transposed ? Dims{9, 5} : Dims{5, 9});
        const std::string b = model.weights(transposed ? Shape{7, 9} : Shape{9, 7});
        const Tensor addend = random_tensor(c, 8);
        const std::string third = constant ? model.constant(addend) : model.input("c", Dims(c.begin(), c.end()));
        model.node("Gemm", {"a", b, third}, "g",
                   {{"alpha", 0.5f}, {"beta", 2.0f}, {"transA", int64_t{transposed}}, {"transB", int64_t{transposed}}});
        model.output(model.node("Relu", {"g"}, "y"));
        std::vector<Tensor> inputs = {random_tensor(transposed ? Shape{9, 5} : Shape{5, 9})};
        if (!constant) inputs.push_back(addend);
        model.expect_like_reference(inputs);
      }
    }
  }
}

struct Convolution {
  Shape image, weights;
  int64_t group = 1;
  Dims strides, pads, dilations;
  std::string auto_pad;
};
const std::vector<Convolution>& convolutions() {
  static const std::vector<Convolution> kAll = {
      {{1, 3, 8, 8}, {4, 3, 3, 3}, 1, {1, 1}, {1, 1, 1, 1}, {}, ""},
      {{2, 5, 7, 9}, {6, 5, 1, 1}, 1, {}, {}, {}, ""},
      {{1, 3, 20, 21}, {8, 3, 7, 7}, 1, {2, 2}, {3, 3, 3, 3}, {}, ""},
      {{1, 6, 9, 9}, {6, 1, 3, 3}, 6, {2, 1}, {1, 0, 1, 2}, {}, ""},
      {{2, 6, 9, 9}, {9, 2, 3, 3}, 3, {}, {}, {2, 2}, ""},
      {{1, 4, 10}, {5, 4, 3}, 1, {2}, {1, 1}, {}, ""},
      {{1, 2, 4, 5, 6}, {3, 2, 2, 3, 2}, 1, {1, 2, 1}, {1, 0, 1, 0, 1, 0}, {}, ""},
      {{1, 3, 7, 8}, {2, 3, 3, 3}, 1, {2, 2}, {}, {}, "SAME_UPPER"},
      {{1, 3, 7, 8}, {2, 3, 2, 2}, 1, {}, {}, {}, "SAME_LOWER"},
      {{0, 3, 7, 8}, {2, 3, 3, 3}, 1, {}, {}, {}, "VALID"},
      {{1, 4, 6, 6}, {8, 1, 3, 3}, 4, {}, {1, 1, 1, 1}, {}, ""},
  };
  return kAll;
}
NodeAttributes attributes_of(const Convolution& test) {
  NodeAttributes attributes = {{"group", test.group}};
  if (!test.strides.empty()) attributes.emplace_back("strides", test.strides);
  if (!test.pads.empty()) attributes.emplace_back("pads", test.pads);
  if (!test.dilations.empty()) attributes.emplace_back("dilations", test.dilations);
  if (!test.auto_pad.empty()) attributes.emplace_back("auto_pad", test.auto_pad);
  return attributes;
}

TEST(NeonConv, IsLikeTheReference) {
  for (const Convolution& test : convolutions()) {
    for (const bool constant : {true, false}) {
      for (const bool biased : {true, false}) {
        NeonModel model;
        // Extents known in the run only.
        model.input("x", Dims(test.image.size(), -1));
        const Tensor w = random_tensor(test.weights, 3), b = random_tensor({test.weights[0]}, 4);
        std::vector<std::string> inputs = {"x"};
        std::vector<Tensor> tensors = {random_tensor(test.image, 2)};
        for (const auto& [name, tensor] : {std::pair("w", w), std::pair("b", b)}) {
          if (name == std::string("b") && !biased) continue;
          inputs.push_back(constant ? model.constant(tensor)
                                    : model.input(name, Dims(tensor.shape().begin(), tensor.shape().end())));
          if (!constant) tensors.push_back(tensor);
        }
        model.output(model.node("Conv", inputs, "y", attributes_of(test)));
        model.expect_like_reference(tensors);
      }
    }
  }
}

// Winograd's transformation rounds more; without it sums are as close as float32 lets them be.
TEST(NeonConv, IsExactOnRequest) {
  NeonModel model;
  model.input("x", {1, 64, 28, 28});
  model.output(model.node("Conv", {"x", model.weights({64, 64, 3, 3})}, "y", {{"pads", Dims{1, 1, 1, 1}}}));
  const std::vector<Tensor> inputs = {random_tensor({1, 64, 28, 28})};
  Session fast = model.load_neon(), exact = model.load_neon({.exact_conv = true}), reference = model.load_reference();
  const std::vector<Tensor> expected = run(reference, inputs);
  expect_close(run(exact, inputs), expected, 2e-5f);
  expect_close(run(fast, inputs), expected, 2e-4f);
  const Tensor a = run(fast, inputs)[0], b = run(exact, inputs)[0];
  EXPECT_NE(std::memcmp(a.raw(), b.raw(), a.size_bytes()), 0);
}

TEST(NeonConv, KeepsNaNLocalOnRequest) {
  NeonModel model;
  model.input("x", {1, 64, 28, 28});
  model.output(model.node("Conv", {"x", model.weights({64, 64, 3, 3})}, "y", {{"pads", Dims{1, 1, 1, 1}}}));
  std::vector<Tensor> inputs = {random_tensor({1, 64, 28, 28})};
  inputs[0].data<float>()[5 * 28 + 9] = NAN;
  Session fast = model.load_neon(), exact = model.load_neon({.exact_conv = true});
  const auto count_nan = [](const Tensor& y) {
    return std::count_if(y.data<float>(), y.data<float>() + y.num_elements(), [](float v) { return std::isnan(v); });
  };
  EXPECT_EQ(count_nan(run(exact, inputs)[0]), 64 * 9);
  EXPECT_EQ(count_nan(run(fast, inputs)[0]), 64 * 16);
}

TEST(NeonConvTranspose, IsLikeTheReference) {
  struct Test {
    Shape image, weights;
    NodeAttributes attributes;
  };
  const std::vector<Test> tests = {
      {{1, 3, 4, 5}, {3, 2, 3, 3}, {}},
      {{2, 4, 4, 5}, {4, 3, 2, 2}, {{"strides", Dims{2, 2}}}},
      {{1, 4, 3, 3},
       {4, 2, 3, 3},
       {{"group", int64_t{2}}, {"strides", Dims{2, 1}}, {"pads", Dims{1, 1, 1, 0}}, {"output_padding", Dims{1, 0}}}},
      {{1, 2, 5}, {2, 3, 4}, {{"strides", Dims{3}}}},
      {{1, 2, 3, 3}, {2, 2, 3, 3}, {{"dilations", Dims{2, 2}}}},
  };
  for (const Test& test : tests) {
    NeonModel model;
    model.input("x", Dims(test.image.size(), -1));
    int64_t groups = 1;
    for (const auto& [name, value] : test.attributes) {
      if (name == "group") groups = std::get<int64_t>(value);
    }
    model.output(model.node("ConvTranspose",
                            {"x", model.weights(test.weights), model.weights({test.weights[1] * groups})}, "y",
                            test.attributes));
    model.expect_like_reference({random_tensor(test.image)});
  }
}

TEST(NeonPool, IsLikeTheReference) {
  struct Test {
    Shape image;
    NodeAttributes attributes;
  };
  const std::vector<Test> tests = {
      {{1, 3, 9, 9}, {{"kernel_shape", Dims{3, 3}}, {"strides", Dims{2, 2}}, {"pads", Dims{1, 1, 1, 1}}}},
      {{2, 2, 7, 6}, {{"kernel_shape", Dims{2, 3}}, {"strides", Dims{2, 2}}, {"ceil_mode", int64_t{1}}}},
      {{1, 2, 3, 2}, {{"kernel_shape", Dims{4, 5}}, {"strides", Dims{3, 4}}, {"ceil_mode", int64_t{1}}}},
      {{1, 2, 7}, {{"kernel_shape", Dims{3}}, {"strides", Dims{1}}}},
      {{1, 2, 4, 5, 6}, {{"kernel_shape", Dims{2, 2, 2}}}},
      {{1, 1, 8, 8}, {{"kernel_shape", Dims{3, 3}}, {"auto_pad", std::string("SAME_UPPER")}}},
      {{0, 3, 9, 9}, {{"kernel_shape", Dims{3, 3}}}},
  };
  for (const Test& test : tests) {
    for (const char* op : {"MaxPool", "AveragePool"}) {
      for (const int64_t padding : {0, 1}) {
        NodeAttributes attributes = test.attributes;
        if (op == std::string("AveragePool")) attributes.emplace_back("count_include_pad", padding);
        NeonModel model;
        model.input("x", Dims(test.image.size(), -1));
        model.output(model.node(op, {"x"}, "y", attributes));
        model.expect_like_reference({random_tensor(test.image)});
      }
    }
  }
  for (const char* op : {"GlobalAveragePool", "GlobalMaxPool"}) {
    NeonModel model;
    model.input("x", {-1, -1, -1, -1});
    model.output(model.node(op, {"x"}, "y"));
    for (const Shape& shape : {Shape{1, 5, 7, 7}, Shape{2, 3, 1, 1}, Shape{0, 3, 2, 2}})
      model.expect_like_reference({random_tensor(shape)});
  }
}

TEST(NeonSoftmax, IsLikeTheReferenceInBothForms) {
  for (const int opset : {11, 13}) {
    for (const char* op : {"Softmax", "LogSoftmax"}) {
      for (const int64_t axis : {0, 1, 2}) {
        NeonModel model(opset);
        model.input("x", {-1, -1, -1});
        model.output(model.node(op, {"x"}, "y", {{"axis", axis}}));
        for (const Shape& shape : {Shape{2, 3, 4}, Shape{1, 1, 1}, Shape{12, 40, 128}}) {
          model.expect_like_reference({random_tensor(shape, 1, -8, 8)}, 1e-5f);
        }
      }
    }
  }
}

TEST(NeonLayerNormalization, IsLikeTheReference) {
  for (const bool biased : {true, false}) {
    for (const int64_t axis : {1, -1}) {
      NeonModel model;
      model.input("x", {-1, 6, 20});
      const Shape row = axis == 1 ? Shape{6, 20} : Shape{20};
      std::vector<std::string> inputs = {"x", model.weights(row)};
      if (biased) inputs.push_back(model.weights(row));
      model.node("LayerNormalization", inputs, std::vector<std::string>{"y", "mean", "deviation"}, {{"axis", axis}});
      for (const char* name : {"y", "mean", "deviation"}) model.output(name);
      for (const int64_t n : {1, 5, 0}) model.expect_like_reference({random_tensor({n, 6, 20}, 1, 3, 5)}, 2e-5f);
    }
  }
}

TEST(NeonBatchNormalization, IsLikeTheReference) {
  for (const Shape& shape : {Shape{2, 5, 3, 4}, Shape{3, 5}, Shape{2, 5, 7}, Shape{0, 5, 2}}) {
    NeonModel model;
    model.input("x", Dims(shape.begin(), shape.end()));
    model.input("mean", {5});
    model.output(model.node("BatchNormalization",
                            {"x", model.weights({5}), model.weights({5}), "mean", model.weights({5}, 0.5f, 2)}, "y"));
    model.expect_like_reference({random_tensor(shape), random_tensor({5}, 9)});
  }
}

TEST(NeonReduce, IsLikeTheReference) {
  for (const char* op : {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
                         "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"}) {
    for (const Dims& axes : {Dims{}, Dims{0}, Dims{3}, Dims{1, 2}, Dims{0, 2}, Dims{-1, 1}, Dims{0, 1, 2, 3}}) {
      for (const int64_t keep : {0, 1}) {
        NeonModel model(18);
        model.input("x", {-1, -1, -1, -1});
        std::vector<std::string> inputs = {"x"};
        if (!axes.empty()) inputs.push_back(model.ints(axes));
        model.output(model.node(op, inputs, "y", {{"keepdims", keep}}));
        for (const Shape& shape : {Shape{2, 3, 4, 5}, Shape{1, 1, 1, 1}, Shape{3, 2, 1, 40}, Shape{2, 0, 3, 4}}) {
          model.expect_like_reference({random_tensor(shape, 1, 0.5f, 1.5f)}, 1e-5f);
        }
      }
    }
  }
}

TEST(NeonResize, IsLikeTheReference) {
  for (const char* mode : {"nearest", "linear"}) {
    for (const char* coordinates : {"half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"}) {
      for (const char* nearest : {"round_prefer_floor", "floor", "ceil", "round_prefer_ceil"}) {
        const NodeAttributes attributes = {{"mode", std::string(mode)},
                                           {"coordinate_transformation_mode", std::string(coordinates)},
                                           {"nearest_mode", std::string(nearest)}};
        for (const auto& scales :
             {std::pair(2.0f, 3.0f), std::pair(0.6f, 1.0f), std::pair(1.0f, 1.0f), std::pair(1.7f, 0.4f)}) {
          NeonModel model;
          model.input("x", {1, 2, 5, 7});
          model.output(model.node(
              "Resize", {"x", "", model.constant(Tensor::of<float>({4}, {1, 1, scales.first, scales.second}))}, "y",
              attributes));
          model.expect_like_reference({random_tensor({1, 2, 5, 7})}, 2e-6f);
        }
        NeonModel model;
        model.input("x", {1, 2, 5, 7});
        model.output(model.node("Resize", {"x", "", "", model.ints({1, 2, 8, 3})}, "y", attributes));
        model.expect_like_reference({random_tensor({1, 2, 5, 7})}, 2e-6f);
      }
    }
  }
}

}  // namespace
}  // namespace mortise::test
