// 8-bit operators like the reference's, to the bit: sums are exact, and both round halves to even.
#include <gtest/gtest.h>

#include "tests/plugins/neon_cpu/neon_model.h"

namespace mortise::test {
namespace {

Tensor bytes(DType dtype, const Shape& shape, uint32_t seed) { return random_tensor_of(dtype, shape, seed); }
Tensor zero_point(DType dtype, int value) {
  if (dtype == DType::kI8) return Tensor::of<int8_t>({}, {static_cast<int8_t>(value)});
  return Tensor::of<uint8_t>({}, {static_cast<uint8_t>(value)});
}
Tensor number(float value) { return Tensor::of<float>({}, {value}); }

class NeonQuantized : public testing::TestWithParam<std::pair<DType, DType>> {};

TEST_P(NeonQuantized, MatMulIsExact) {
  const auto [a, b] = GetParam();
  for (const auto& [left, right] : std::vector<std::pair<Shape, Shape>>{{{3, 4}, {4, 5}},
                                                                        {{1, 70}, {70, 33}},
                                                                        {{2, 9, 64}, {64, 70}},
                                                                        {{2, 1, 3, 4}, {5, 4, 6}},
                                                                        {{0, 4}, {4, 5}}}) {
    for (const bool per_column : {false, true}) {
      NeonModel model;
      model.input("a", Dims(left.begin(), left.end()), "", a);
      const Tensor scale = per_column ? random_tensor({right.back()}, 3, 0.01f, 0.02f) : number(0.015f);
      const Tensor zero = per_column ? bytes(b, {right.back()}, 4) : zero_point(b, 3);
      model.node(
          "QLinearMatMul",
          {"a", model.constant(number(0.02f)), model.constant(zero_point(a, 5)), model.constant(bytes(b, right, 2)),
           model.constant(scale), model.constant(zero), model.constant(number(1.5f)), model.constant(zero_point(a, 7))},
          "y");
      model.output("y", a);
      model.expect_like_reference({bytes(a, left, 1)});
    }
  }
}

TEST_P(NeonQuantized, ConvIsExact) {
  const auto [a, b] = GetParam();
  struct Test {
    Shape image, weights;
    int64_t group;
    Dims pads;
  };
  for (const Test& test :
       {Test{{1, 3, 9, 8}, {5, 3, 3, 3}, 1, {1, 1, 1, 1}}, Test{{2, 8, 6, 6}, {16, 8, 1, 1}, 1, {0, 0, 0, 0}},
        Test{{1, 6, 7, 7}, {6, 1, 3, 3}, 6, {1, 1, 1, 1}}, Test{{1, 4, 5, 5}, {6, 2, 2, 2}, 2, {0, 1, 1, 0}}}) {
    for (const bool constant : {true, false}) {
      NeonModel model;
      model.input("x", {-1, -1, -1, -1}, "", a);
      const int64_t channels = test.weights[0];
      const Tensor weights = bytes(b, test.weights, 2);
      std::vector<Tensor> inputs = {bytes(a, test.image, 1)};
      if (!constant) {
        model.input("w", Dims(test.weights.begin(), test.weights.end()), "", b);
        inputs.push_back(weights);
      }
      model.node("QLinearConv",
                 {"x", model.constant(number(0.02f)), model.constant(zero_point(a, 5)),
                  constant ? model.constant(weights) : "w", model.constant(random_tensor({channels}, 3, 0.01f, 0.02f)),
                  model.constant(zero_point(b, constant ? 0 : 3)), model.constant(number(1.5f)),
                  model.constant(zero_point(a, 7)), model.constant(bytes(DType::kI32, {channels}, 6))},
                 "y", {{"group", test.group}, {"pads", test.pads}});
      model.output("y", a);
      model.expect_like_reference(inputs);
    }
  }
}

TEST_P(NeonQuantized, ScalesThereAndBack) {
  const auto [a, b] = GetParam();
  (void)b;
  for (const bool per_axis : {false, true}) {
    NeonModel model;
    model.input("x", {-1, 5, 7});
    const std::string scale = model.constant(per_axis ? random_tensor({5}, 3, 0.01f, 0.05f) : number(0.03f));
    const std::string zero = model.constant(per_axis ? bytes(a, {5}, 4) : zero_point(a, 4));
    model.node("QuantizeLinear", {"x", scale, zero}, "q");
    model.node("DequantizeLinear", {"q", scale, zero}, "y");
    model.output("q", a);
    model.output("y");
    for (const int64_t n : {1, 3, 0}) model.expect_like_reference({random_tensor({n, 5, 7}, 9, -4, 4)});
  }
}

INSTANTIATE_TEST_SUITE_P(Neon, NeonQuantized,
                         testing::Values(std::pair(DType::kU8, DType::kI8), std::pair(DType::kU8, DType::kU8),
                                         std::pair(DType::kI8, DType::kI8)),
                         [](const auto& info) {
                           return std::string(to_string(info.param.first)) + std::string(to_string(info.param.second));
                         });

}  // namespace
}  // namespace mortise::test
