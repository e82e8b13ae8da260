// Functions that Vulkan itself promises only coarsely or for a part of the numbers, over all float32, against double.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "tests/plugins/vulkan/vulkan_session.h"

namespace mortise::test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr double kPi = 3.14159265358979323846;

// Numbers of every exponent (subnormal ones, which devices may flush, left out), both signs, and those nearest to
// multiples of pi / 4, where a sine or a tangent has lost every bit of its argument.
std::vector<float> sweep() {
  std::vector<float> values = {0.0f, -0.0f, kInfinity, -kInfinity,
                               kNan, 1.0f,  -1.0f,     std::numeric_limits<float>::max()};
  for (int exponent = -126; exponent < 128; ++exponent) {
    for (const float mantissa : {1.0f, 1.0000001f, 1.1f, 1.37f, 1.5f, 1.77f, 1.9999999f}) {
      values.push_back(std::ldexp(mantissa, exponent));
    }
  }
  for (int k = 1; k < 400; ++k) {
    for (const double factor : {1.0, 1e3, 1e6, 1e15, 1e30}) values.push_back(static_cast<float>(k * factor * kPi / 4));
  }
  // Of all float32 the nearest to a multiple of pi / 2: 1.6e-9 from it.
  values.push_back(16367173.0f * 0x1p72f);
  const size_t half = values.size();
  for (size_t i = 0; i < half; ++i) values.push_back(-values[i]);
  return values;
}

void expect_near(float actual, double expected, double tolerance, const std::string& what) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(actual)) << what << " = " << actual;
    return;
  }
  const double largest = std::numeric_limits<float>::max(), smallest = std::numeric_limits<float>::min();
  // Within the tolerance of the largest number infinity is as right; what is subnormal may be flushed.
  if (std::fabs(expected) > largest * (1 - tolerance) && std::isinf(actual)) {
    EXPECT_EQ(std::signbit(actual), std::signbit(expected)) << what << " = " << actual;
    return;
  }
  ASSERT_NEAR(static_cast<double>(actual), expected, tolerance * std::fabs(expected) + smallest) << what;
  if (expected == 0) {
    EXPECT_EQ(std::signbit(actual), std::signbit(expected)) << what << " = " << actual;
  }
}

struct Function {
  const char* op;
  double (*exact)(double);
  double tolerance;  // relative
};

class VulkanNumericsOf : public testing::TestWithParam<Function> {};

INSTANTIATE_TEST_SUITE_P(Functions, VulkanNumericsOf,
                         testing::Values(Function{"Sin", std::sin, 5e-7}, Function{"Cos", std::cos, 5e-7},
                                         Function{"Tan", std::tan, 1e-6}, Function{"Asin", std::asin, 3e-7},
                                         Function{"Acos", std::acos, 3e-7}, Function{"Atan", std::atan, 4e-7},
                                         Function{"Asinh", std::asinh, 1e-6}, Function{"Acosh", std::acosh, 1e-6},
                                         Function{"Atanh", std::atanh, 1e-6}, Function{"Sinh", std::sinh, 3e-7},
                                         Function{"Cosh", std::cosh, 3e-7}, Function{"Tanh", std::tanh, 4e-7},
                                         Function{"Exp", std::exp, 2e-7}, Function{"Log", std::log, 1e-6}),
                         [](const auto& info) { return info.param.op; });

TEST_P(VulkanNumericsOf, IsRightForEveryNumber) {
  const std::vector<float> x = sweep();
  const auto count = static_cast<int64_t>(x.size());
  const std::string type = "float[" + std::to_string(count) + "]";
  const auto outputs = run_vulkan("g (" + type + " x) => (" + type + " y) { y = " + GetParam().op + "(x) }",
                                  {{"x", Tensor::of<float>({count}, x)}});
  const auto y = outputs.at("y").tensor.elements<float>();
  for (size_t i = 0; i < x.size() && !HasFatalFailure(); ++i) {
    expect_near(y[i], GetParam().exact(static_cast<double>(x[i])), GetParam().tolerance,
                std::string(GetParam().op) + "(" + testing::PrintToString(x[i]) + ")");
  }
}

TEST(VulkanNumerics, PowIsThatOfC) {
  const std::vector<float> bases = {0.0f,  -0.0f,  1.0f, -1.0f, 2.0f,  -2.0f,  0.5f,      -0.5f,      3.7f, -3.7f,
                                    1e-9f, -1e-9f, 1e9f, -1e9f, 10.0f, -10.0f, kInfinity, -kInfinity, kNan};
  const std::vector<float> exponents = {0.0f,  -0.0f, 1.0f,  -1.0f, 2.0f,     -2.0f,       3.0f,      -3.0f,      4.0f,
                                        -4.0f, 0.5f,  -0.5f, 2.5f,  -2.5f,    9.0f,        -9.0f,     12.0f,      33.0f,
                                        1e9f,  -1e9f, 1e30f, 3e7f,  1.0f / 3, 16777217.0f, kInfinity, -kInfinity, kNan};
  std::vector<float> x, e;
  for (const float base : bases) {
    for (const float exponent : exponents) {
      x.push_back(base);
      e.push_back(exponent);
    }
  }
  const auto count = static_cast<int64_t>(x.size());
  const std::string type = "float[" + std::to_string(count) + "]";
  const auto outputs = run_vulkan("g (" + type + " x, " + type + " e) => (" + type + " y) { y = Pow(x, e) }",
                                  {{"x", Tensor::of<float>({count}, x)}, {"e", Tensor::of<float>({count}, e)}});
  const auto y = outputs.at("y").tensor.elements<float>();
  for (size_t i = 0; i < x.size(); ++i) {
    expect_near(y[i], std::pow(static_cast<double>(x[i]), static_cast<double>(e[i])), 1e-5,
                "Pow(" + testing::PrintToString(x[i]) + ", " + testing::PrintToString(e[i]) + ")");
  }
}

// Where the sum of 1 and erf loses most of its bits too.
TEST(VulkanNumerics, GeluIsRightToTheLastPlaces) {
  constexpr int64_t kCount = 1180;
  std::vector<float> x;
  for (int64_t i = 0; i < kCount; ++i) x.push_back(static_cast<float>(i) * 0.01f - 5.9f);
  const auto outputs =
      run_vulkan("g (float[1180] x) => (float[1180] y) { y = Gelu(x) }", {{"x", Tensor::of<float>({kCount}, x)}});
  const auto y = outputs.at("y").tensor.elements<float>();
  for (size_t i = 0; i < x.size(); ++i) {
    const double number = static_cast<double>(x[i]);
    expect_near(y[i], 0.5 * number * std::erfc(-number / std::sqrt(2.0)), 5e-7,
                "Gelu(" + testing::PrintToString(x[i]) + ")");
  }
}

TEST(VulkanNumerics, SoftmaxOfALongRowAddsWithoutLoss) {
  constexpr size_t kCount = 5000;
  const Tensor x = random_tensor(DType::kF32, {1, kCount}, 1);
  const auto outputs = run_vulkan("g (float[1,5000] x) => (float[1,5000] y) { y = Softmax(x) }", {{"x", x}});
  const auto y = outputs.at("y").tensor.elements<float>();
  double sum = 0;
  for (const float element : x.elements<float>()) sum += std::exp(static_cast<double>(element));
  for (size_t i = 0; i < kCount && !testing::Test::HasFatalFailure(); ++i) {
    expect_near(y[i], std::exp(static_cast<double>(x.elements<float>()[i])) / sum, 6e-7,
                "element " + std::to_string(i));
  }
}

TEST(VulkanNumerics, WhatIsNoNumberStaysSo) {
  for (const char* op :
       {"HardSigmoid", "HardSwish", "Sign", "Relu", "Elu", "Selu", "Celu", "Sigmoid", "Softplus", "Mish"}) {
    const auto outputs = run_vulkan(std::string("g (float[1] x) => (float[1] y) { y = ") + op + "(x) }",
                                    {{"x", Tensor::of<float>({1}, {kNan})}});
    EXPECT_TRUE(std::isnan(outputs.at("y").tensor.elements<float>()[0])) << op;
  }
}

// A device may flush subnormal numbers, but not make something else of them.
TEST(VulkanNumerics, SubnormalNumbersAreThemselvesOrZero) {
  const std::vector<float> x = {1e-39f, 3e-41f, 0x1p-149f, 0x1.fffffcp-127f};
  const auto outputs =
      run_vulkan("g (float[4] x) => (float[4] y, float[4] z) <float e = {0.75}> { y = Log(x)\n z = Pow(x, e) }",
                 {{"x", Tensor::of<float>({4}, x)}});
  for (size_t i = 0; i < x.size(); ++i) {
    const double number = static_cast<double>(x[i]);
    const float y = outputs.at("y").tensor.elements<float>()[i], z = outputs.at("z").tensor.elements<float>()[i];
    if (y != -kInfinity) expect_near(y, std::log(number), 1e-6, "Log(" + testing::PrintToString(x[i]) + ")");
    if (z != 0) expect_near(z, std::pow(number, 0.75), 1e-5, "Pow(" + testing::PrintToString(x[i]) + ", 0.75)");
  }
}

}  // namespace
}  // namespace mortise::test
