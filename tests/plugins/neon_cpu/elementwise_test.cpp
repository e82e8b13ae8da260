// Elementwise operators, casts and comparisons like the reference's, over shapes that broadcast, are empty or odd.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/plugins/neon_cpu/neon_model.h"

namespace mortise::test {
namespace {

struct Unary {
  const char* op;
  float low, high;
  NodeAttributes attributes;
  int opset = 17;
};
class NeonUnary : public testing::TestWithParam<Unary> {};

TEST_P(NeonUnary, IsLikeTheReference) {
  const Unary& test = GetParam();
  NeonModel model(test.opset);
  model.input("x", {-1, -1, -1});
  model.output(model.node(test.op, {"x"}, "y", test.attributes));
  uint32_t seed = 0;
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{3, 0, 2}, Shape{2, 3, 37}, Shape{1, 50, 400}}) {
    model.expect_like_reference({random_tensor(shape, ++seed, test.low, test.high)}, 2e-6f);
  }
}
INSTANTIATE_TEST_SUITE_P(
    Neon, NeonUnary,
    testing::Values(
        Unary{"Abs", -3, 3, {}}, Unary{"Neg", -3, 3, {}}, Unary{"Ceil", -3, 3, {}}, Unary{"Floor", -3, 3, {}},
        Unary{"Round", -3, 3, {}}, Unary{"Sign", -3, 3, {}}, Unary{"Sqrt", 0, 9, {}}, Unary{"Exp", -9, 9, {}},
        Unary{"Log", 1e-3f, 9, {}}, Unary{"Reciprocal", 0.1f, 9, {}}, Unary{"Erf", -4, 4, {}}, Unary{"Tanh", -9, 9, {}},
        Unary{"Sigmoid", -20, 20, {}}, Unary{"Relu", -3, 3, {}}, Unary{"LeakyRelu", -3, 3, {{"alpha", 0.3f}}},
        Unary{"Elu", -3, 3, {{"alpha", 2.0f}}}, Unary{"Selu", -3, 3, {}}, Unary{"Celu", -3, 3, {{"alpha", 2.0f}}},
        Unary{"Softplus", -9, 9, {}}, Unary{"Softsign", -9, 9, {}}, Unary{"HardSigmoid", -6, 6, {}},
        Unary{"HardSwish", -6, 6, {}}, Unary{"Mish", -9, 9, {}, 18}, Unary{"Gelu", -5, 5, {}, 20},
        Unary{"Gelu", -5, 5, {{"approximate", std::string("tanh")}}, 20},
        Unary{"ThresholdedRelu", -3, 3, {{"alpha", 0.5f}}}, Unary{"Shrink", -3, 3, {{"bias", 0.25f}}},
        Unary{"Sin", -9, 9, {}}, Unary{"Cos", -9, 9, {}}, Unary{"Clip", -3, 3, {{"min", -1.0f}, {"max", 2.0f}}, 10}),
    [](const auto& info) { return std::string(info.param.op) + std::to_string(info.index); });

// Whether b is broadcast to a, and a is left as it is.
bool fits_into(const Shape& b, const Shape& a) {
  if (b.rank() > a.rank()) return false;
  const uint32_t missing = a.rank() - b.rank();
  for (uint32_t axis = 0; axis < b.rank(); ++axis) {
    if (b[axis] != 1 && b[axis] != a[missing + axis]) return false;
  }
  return true;
}

class NeonBinary : public testing::TestWithParam<const char*> {};

TEST_P(NeonBinary, BroadcastsLikeTheReference) {
  const std::vector<std::pair<Shape, Shape>> shapes = {
      {{2, 3, 5}, {2, 3, 5}}, {{2, 3, 5}, {5}}, {{2, 3, 1}, {1, 1, 7}},          {{}, {4, 3}},  {{3, 1}, {}},
      {{0, 3}, {1, 3}},       {{1}, {300, 70}}, {{4, 1, 3, 1, 2}, {3, 1, 5, 1}}, {{1, 1}, {1}}, {{2, 64, 9}, {64, 1}}};
  uint32_t seed = 0;
  for (const auto& [a, b] : shapes) {
    if (GetParam() == std::string_view("PRelu") && !fits_into(b, a)) continue;
    for (const bool constant : {false, true}) {
      NeonModel model;
      model.input("a", Dims(a.begin(), a.end()));
      const Tensor left = random_tensor(a, ++seed, 0.5f, 2), right = random_tensor(b, ++seed, 0.5f, 2);
      const std::string second = constant ? model.constant(right) : model.input("b", Dims(b.begin(), b.end()));
      model.output(model.node(GetParam(), {"a", second}, "y"));
      std::vector<Tensor> inputs = {left};
      if (!constant) inputs.push_back(right);
      model.expect_like_reference(inputs, 2e-6f);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Neon, NeonBinary, testing::Values("Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "PRelu"),
                         [](const auto& info) { return std::string(info.param); });

TEST(NeonElementwise, TakesConstantsOnEitherSide) {
  for (const char* op : {"Add", "Sub", "Mul", "Div", "Pow", "Min", "Max"}) {
    for (const bool left : {false, true}) {
      NeonModel model;
      model.input("x", {2, 9});
      const std::string two = model.constant(Tensor::of<float>({}, {2.0f}));
      model.output(model.node(op, left ? std::vector<std::string>{two, "x"} : std::vector<std::string>{"x", two}, "y"));
      model.expect_like_reference({random_tensor({2, 9}, 3, 0.5f, 2)}, 2e-6f);
    }
  }
}

TEST(NeonElementwise, TakesManyOperands) {
  for (const char* op : {"Min", "Max", "Sum", "Mean"}) {
    for (const int count : {1, 2, 3, 7}) {
      NeonModel model;
      std::vector<std::string> names;
      std::vector<Tensor> inputs;
      for (int i = 0; i < count; ++i) {
        const Shape shape = i % 2 == 0 ? Shape{3, 1, 5} : Shape{4, 1};
        names.push_back(model.input("x" + std::to_string(i), Dims(shape.begin(), shape.end())));
        inputs.push_back(random_tensor(shape, static_cast<uint32_t>(i)));
      }
      model.output(model.node(op, names, "y"));
      model.expect_like_reference(inputs, 2e-6f);
    }
  }
}

TEST(NeonElementwise, ComparesAndChooses) {
  const Tensor x = random_tensor({3, 20}, 1), z = random_tensor({3, 20}, 2);
  Tensor same = random_tensor({3, 20}, 1);
  same.elements<float>()[3] = std::numeric_limits<float>::quiet_NaN();
  for (const char* op : {"Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"}) {
    for (const Tensor& other : {z, same}) {
      NeonModel model;
      model.input("x", {3, 20});
      model.input("z", {3, 20});
      model.node(op, {"x", "z"}, "b");
      model.node("Not", {"b"}, "n");
      model.node("Or", {"n", "b"}, "o");
      model.node("Where", {"b", "x", "z"}, "y");
      for (const char* name : {"b", "n", "o"}) model.output(name, DType::kBool);
      model.output("y");
      model.expect_like_reference({x, other});
    }
  }
}

TEST(NeonElementwise, ClipsByInputs) {
  NeonModel model;
  model.input("x", {4, 5});
  model.input("low", {});
  model.output(model.node("Clip", {"x", "low"}, "a"));
  model.output(model.node("Clip", {"x", "", model.constant(Tensor::of<float>({}, {0.25f}))}, "b"));
  model.expect_like_reference({random_tensor({4, 5}), Tensor::of<float>({}, {-0.25f})});
}

TEST(NeonElementwise, Casts) {
  const std::vector<DType> types = {DType::kF32, DType::kBool, DType::kU8, DType::kI8, DType::kI32, DType::kI64};
  for (const DType from : types) {
    for (const DType to : types) {
      NeonModel model;
      model.input("x", {3, 7}, "", from);
      model.output(model.node("Cast", {"x"}, "y", {{"to", static_cast<int64_t>(to)}}), to);
      Tensor x = random_tensor_of(from, {3, 7}, 5);
      if (from == DType::kF32) {
        for (float& each : x.elements<float>()) each = std::fabs(each) * 100;
        x.elements<float>()[2] = 0;
      }
      model.expect_like_reference({x});
    }
  }
}

TEST(NeonElementwise, RefusesWhatFloatsWouldRound) {
  NeonModel model;
  model.input("x", {2}, "", DType::kI64);
  model.output(model.node("Add", {"x", "x"}, "y"), DType::kI64);
  const Session session = model.load_neon();
  EXPECT_EQ(nodes_on_neon(session), 0u);
}

}  // namespace
}  // namespace mortise::test
