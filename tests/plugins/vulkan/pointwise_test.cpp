// Pointwise operators and their fusion.
#include <gmock/gmock.h>

#include "tests/plugins/vulkan/vulkan_session.h"

namespace mortise::test {
namespace {

TEST(VulkanPointwise, BroadcastsInEveryDirection) {
  expect_as_reference(R"(g (float[2,3,4] a, float[3,1] b, float[4] c, float[1,1,4] d, float s) => (float[2,3,4] y) {
    t = Mul(a, b)
    u = Sub(c, t)
    v = Max(u, d)
    y = Div(v, s)
  })",
                      {.dispatches = 1});
}

TEST(VulkanPointwise, ComputesFunctions) {
  for (const char* op : {"Tanh", "Erf", "Sinh", "Softplus", "Atan", "Mish", "Asinh", "Round", "Gelu"}) {
    expect_as_reference(std::string("g (float[7,5] x) => (float[7,5] y) { y = ") + op + "(x) }");
  }
}

TEST(VulkanPointwise, ScalesSeluAsItsVersionSays) {
  for (const int opset : {5, 6}) expect_as_reference("g (float[7,5] x) => (float[7,5] y) { y = Selu(x) }", {}, opset);
}

TEST(VulkanPointwise, StoresTruthInBytes) {
  expect_as_reference(R"(g (float[3,5] a, float[5] b, bool[3,1] m) => (bool[3,5] y, float[3,5] z) {
    l = Less(a, b)
    y = And(l, m)
    z = Where(y, a, b)
  })");
}

TEST(VulkanPointwise, FusesChainsUpToTheirLimit) {
  std::string nodes = "t0 = Neg(x)\n";
  for (int i = 1; i < 20; ++i) {
    nodes += "t" + std::to_string(i) + " = " + (i % 2 != 0 ? "Abs" : "Neg") + "(t" + std::to_string(i - 1) + ")\n";
  }
  expect_as_reference("g (float[9] x) => (float[9] y) {" + nodes + "y = Neg(t19) }", {.dispatches = 3});
}

TEST(VulkanPointwise, KeepsWhatOthersRead) {
  expect_as_reference(R"(g (float[6] x) => (float[6] y, float[6] z, float[6] t) {
    t = Exp(x)
    u = Neg(t)
    y = Add(u, t)
    z = Abs(u)
  })");
}

TEST(VulkanPointwise, ConvertsTypes) {
  expect_as_reference(R"(g (float[13] x, bool[13] m) => (int32[13] i, bool[13] b, float[13] f) {
    i = Cast <to = 6> (x)
    b = Cast <to = 9> (i)
    f = Cast <to = 1> (m)
  })");
}

TEST(VulkanPointwise, GivesViewsOfInputsAndConstantsAsOutputs) {
  expect_as_reference(R"(g (float[2,6] x) => (float[1,12] y, float[3,4] z, float[1,12] w) <int64[2] s = {3, 4}> {
    y = Flatten <axis = 0> (x)
    z = Reshape(x, s)
    n = Neg(x)
    w = Flatten <axis = 0> (n)
  })");
}

}  // namespace
}  // namespace mortise::test
