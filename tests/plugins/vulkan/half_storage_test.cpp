// Option 'storage' = 'float16': what a segment keeps for itself is rounded to 11 bits, and nothing else is.
#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <limits>

#include "tests/plugins/vulkan/faulty_loader.h"
#include "tests/plugins/vulkan/vulkan_session.h"

namespace mortise::test {
namespace {

constexpr const char* kHalves = R"("storage": "float16")";
// Half the distance of 1 from its neighbour: the relative error of a rounding.
constexpr double kUnit = 0x1p-11;

// The nearest number of IEEE 754 binary16, ties to even: a multiple of 2^(exponent - 10), the exponent from -14 on.
double rounded(double x) {
  if (x == 0 || !std::isfinite(x)) return x;
  const double unit = std::ldexp(1.0, std::max(std::ilogb(x), -14) - 10);
  const double nearest = std::nearbyint(x / unit) * unit;
  return std::fabs(nearest) > 65504 ? std::copysign(INFINITY, x) : nearest;
}

std::vector<float> halves_and_what_lies_between() {
  std::vector<float> values = {0.0f,      -0.0f,     1.0f,         INFINITY,     -INFINITY, NAN,
                               1e10f,     -1e10f,    65504.0f,     65519.0f,     65519.99f, 65520.0f,
                               -65520.0f, 65536.0f,  0x1p-14f,     0x1p-24f,     0x1p-25f,  0x1.1p-25f,
                               0x3p-25f,  -0x5p-25f, 0x1.ffcp-15f, 0x1.fffp-15f, 1e-30f,    -0x1p-26f};
  for (uint32_t at = 0; values.size() < 800; ++at) {
    const float half = static_cast<float>(std::ldexp(1024.0 + at * 37 % 1024, static_cast<int>(at % 30) - 24));
    for (const float tail : {0.0f, 0x1p-12f, 0x1p-11f, 0x1.8p-11f, -0x1p-12f, -0x1p-13f}) {
      values.push_back(half * (1 + tail));
    }
  }
  values.resize(800);
  return values;
}

TEST(VulkanHalfStorage, RoundsToTheNearestHalf) {
  const std::vector<float> x = halves_and_what_lies_between();
  const auto outputs = run_vulkan(R"(g (float[40,20] x) => (float[40,20] y) {
    t = Transpose(x)
    y = Transpose(t)
  })",
                                  {{"x", Tensor::of<float>({40, 20}, x)}}, vulkan_options(kHalves));
  const auto y = outputs.at("y").tensor.elements<float>();
  for (size_t i = 0; i < x.size(); ++i) {
    const auto expected = static_cast<float>(rounded(static_cast<double>(x[i])));
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(y[i])) << y[i];
    } else {
      EXPECT_EQ(std::bit_cast<uint32_t>(y[i]), std::bit_cast<uint32_t>(expected)) << x[i] << ": " << y[i];
    }
  }
}

TEST(VulkanHalfStorage, RoundsAsCastDoes) {
  const std::vector<float> x = halves_and_what_lies_between();
  const auto outputs = run_vulkan(R"(g (float[799] x) => (float[799] y) {
    t = Cast <to = 10> (x)
    y = Cast <to = 1> (t)
  })",
                                  {{"x", Tensor::of<float>({799}, std::span(x).first(799))}});
  const auto y = outputs.at("y").tensor.elements<float>();
  for (size_t i = 0; i < y.size(); ++i) {
    const double expected = rounded(static_cast<double>(x[i]));
    EXPECT_TRUE(static_cast<double>(y[i]) == expected || (std::isnan(y[i]) && std::isnan(expected)))
        << x[i] << ": " << y[i];
  }
}

TEST(VulkanHalfStorage, LeavesAloneWhatEntersAndLeaves) {
  expect_as_reference(R"(g (float[3,5] x) => (float[3,5] y, float[5,3] z, float[3,5] c) <float[5] w = {1,2,3,4,5}> {
    t = Neg(x)
    y = Add(t, w)
    z = Transpose(x)
    c = Mul(x, w)
  })",
                      {}, 20, {}, vulkan_options(kHalves));
}

TEST(VulkanHalfStorage, GivesRoundedConstantsAndOneValueTwice) {
  expect_as_reference(R"(g (float[2,3] x) => (float[3] c, float[2,3] y, float[3,2] z, float[2,3] u)
      <float[3] w = {1.5, -2, 60000}, int64[2] s = {3, 2}> {
    c = Identity(w)
    y = Neg(x)
    z = Reshape(y, s)
    u = Identity(x)
  })",
                      {}, 20, {}, vulkan_options(kHalves));
}

TEST(VulkanHalfStorage, KeepsConstantsThatAHalfWouldLose) {
  const Tensor x = random_tensor(DType::kF32, {4}, 3);
  const auto outputs = run_vulkan(R"(g (float[4] x) => (float[4] big, float[4] small, float[4] third)
      <float[1] e = {1e-12}, float[4] m = {-3e38, 0, 1e30, 5}, float t = {0.33333334}> {
    big = Add(x, m)
    small = Mul(x, e)
    third = Mul(x, t)
  })",
                                  {{"x", x}}, vulkan_options(kHalves));
  const float m[] = {-3e38f, 0, 1e30f, 5};
  for (size_t i = 0; i < 4; ++i) {
    const float value = x.elements<float>()[i];
    EXPECT_FLOAT_EQ(outputs.at("big").tensor.elements<float>()[i], value + m[i]);
    EXPECT_FLOAT_EQ(outputs.at("small").tensor.elements<float>()[i], value * 1e-12f);
    EXPECT_FLOAT_EQ(outputs.at("third").tensor.elements<float>()[i],
                    value * static_cast<float>(rounded(static_cast<double>(0.33333334f))));
  }
}

TEST(VulkanHalfStorage, MultipliesByRoundedWeights) {
  std::string weights;
  std::vector<double> w;
  for (int i = 0; i < 19 * 7; ++i) {
    const auto value = static_cast<float>(std::sin(i));
    weights += (i == 0 ? "" : ",") + std::to_string(value);
    w.push_back(rounded(static_cast<double>(std::stof(std::to_string(value)))));
  }
  const Tensor x = random_tensor(DType::kF32, {5, 19}, 1);
  for (const char* tiling : {"registers", "shared"}) {
    const auto outputs =
        run_vulkan("g (float[5,19] x) => (float[5,7] y) <float[19,7] w = {" + weights + "}> { y = MatMul(x, w) }",
                   {{"x", x}}, vulkan_options(std::string(kHalves) + R"(, "tiling": ")" + tiling + "\""));
    const auto y = outputs.at("y").tensor.elements<float>();
    for (size_t m = 0; m < 5; ++m) {
      for (size_t n = 0; n < 7; ++n) {
        double sum = 0, size = 0;
        for (size_t k = 0; k < 19; ++k) {
          const double term = static_cast<double>(x.elements<float>()[m * 19 + k]) * w[k * 7 + n];
          sum += term;
          size += std::fabs(term);
        }
        // The rounding errors of 19 float32 sums; weights that are not rounded as here are off by 2^-12 on average.
        EXPECT_NEAR(static_cast<double>(y[m * 7 + n]), sum, 20 * 0x1p-24 * size);
      }
    }
  }
}

TEST(VulkanHalfStorage, SaysThatADeviceLacksIt) {
  const char* graph = "g (float[3] x) => (float[3] y) { y = Neg(x) }";
  loader_faults().lacks_16bit_storage = true;
  const auto asked = load_vulkan(graph, 20, faulty_options(kHalves)), other = load_vulkan(graph, 20, faulty_options());
  loader_faults().lacks_16bit_storage = false;
  EXPECT_THAT(asked->session->providers().front().problem,
              testing::HasSubstr("(storageBuffer16BitAccess), which option 'storage' = 'float16' needs"));
  EXPECT_EQ(other->session->providers().front().problem, "");
}

TEST(VulkanHalfStorage, TakesHalfTheMemory) {
  const std::string graph = R"(g (float[100,100] x) => (float[100,100] y) {
    t = Transpose(x)
    y = Transpose(t)
  })";
  const std::map<std::string, Value> inputs = {{"x", random_tensor(DType::kF32, {100, 100}, 1)}};
  // 40 kB enter, 40 kB leave, and 40 kB or 20 kB lie between.
  const auto problems = [&](const std::string& more) {
    const auto loaded = load_vulkan(graph, 20, vulkan_options(R"("oom_at_bytes": 110000)" + more));
    const auto outputs = loaded->session->run(inputs);
    return testing::PrintToString(loaded->log) + full(loaded->session->placement(), true);
  };
  EXPECT_THAT(problems(""), testing::HasSubstr("device is full"));
  EXPECT_THAT(problems(std::string(", ") + kHalves), testing::Not(testing::HasSubstr("device is full")));
}

// A node that reads a half, `t`, and writes one, `u`.
struct HalvesThrough {
  const char* name;
  const char* input;      // dims of t
  const char* output;     // dims of u
  const char* node;       // "u = …(t)"
  const char* constants;  // exact in binary16
  bool exact = false;     // it moves numbers: rounding twice is rounding once
};

class VulkanHalfStorageOf : public testing::TestWithParam<HalvesThrough> {};

INSTANTIATE_TEST_SUITE_P(
    Shaders, VulkanHalfStorageOf,
    testing::Values(
        HalvesThrough{"MatMul", "2,9,9", "2,9,9", "u = MatMul(t, t)", ""},
        HalvesThrough{
            "Gemm", "7,9", "7,3", "u = Gemm(t, w, c)",
            "<float[9,3] w = {1,2,3,4,5,6,7,8,9,0.5,1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8}, float[3] c = {1,2,3}>"},
        HalvesThrough{
            "Conv", "1,2,7,6", "1,2,7,6", "u = Conv <pads = [1,1,1,1]> (t, w)",
            "<float[2,2,3,3] w = {1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9,1,-2,3,4,-5,6,7,8,9,1,2,-3,4,5,6,7,8,9}>"},
        HalvesThrough{"ConvDepthwise", "1,2,7,6", "1,2,5,5", "u = Conv <group = 2> (t, w)",
                      "<float[2,1,3,2] w = {1,2,3,-4,5,6,7,8,9,1,2,3}>"},
        HalvesThrough{"ConvTranspose", "1,2,3,4", "1,1,7,9", "u = ConvTranspose <strides = [2,2]> (t, w)",
                      "<float[2,1,3,3] w = {1,2,3,-4,5,6,7,8,9,1,2,3,4,5,-6,7,8,9}>"},
        HalvesThrough{"MaxPool", "1,2,7,6", "1,2,5,4", "u = MaxPool <kernel_shape = [3,3]> (t)", "", true},
        HalvesThrough{"Softmax", "3,7,5", "3,7,5", "u = Softmax <axis = 1> (t)", ""},
        HalvesThrough{"LayerNormalization", "5,7", "5,7", "u = LayerNormalization(t, s)",
                      "<float[7] s = {1,0.5,2,1,1,1,-1}>"},
        HalvesThrough{"ReduceL1", "5,7", "5,1", "u = ReduceL1 <keepdims = 1> (t, a)", "<int64[1] a = {1}>"},
        HalvesThrough{"Concat", "5,7", "5,14", "u = Concat <axis = 1> (t, t)", "", true},
        HalvesThrough{"Slice", "5,7", "3,7", "u = Slice(t, a, b, c, d)",
                      "<int64[1] a = {4}, int64[1] b = {-6}, int64[1] c = {0}, int64[1] d = {-2}>", true},
        HalvesThrough{"Gather", "5,7", "5,3", "u = Gather <axis = 1> (t, i)", "<int64[3] i = {6, 0, -3}>", true},
        HalvesThrough{"Pad", "5,7", "8,8", "u = Pad(t, p, v)", "<int64[4] p = {1,0,2,1}, float v = {0.75}>", true},
        HalvesThrough{"Resize", "1,1,5,7", "1,1,9,7", "u = Resize <mode = \"linear\"> (t, , , s)",
                      "<int64[4] s = {1,1,9,7}>"},
        HalvesThrough{"Broadcast", "5,7", "5,7", "u = Mul(t, w)", "<float[5,1] w = {1,2,0.5,-3,7}>"},
        HalvesThrough{"Pointwise", "3,3,3", "3,3,3", "u = Tanh(t)", ""}),
    [](const auto& info) { return info.param.name; });

// What goes in is the same, results differ by what they may differ anyway, and each is then rounded.
TEST_P(VulkanHalfStorageOf, RoundsInputsAndOutputsAndNothingElse) {
  const HalvesThrough& p = GetParam();
  const auto order = [](const std::string& dims) {
    std::string axes;
    for (size_t i = 0; i < static_cast<size_t>(std::count(dims.begin(), dims.end(), ',')) + 1; ++i) {
      axes += (i == 0 ? "" : ",") + std::to_string(i);
    }
    return " <perm = [" + axes + "]> ";
  };
  const std::string head = std::string("g (float[") + p.input + "] x) => (float[" + p.output + "] y) " + p.constants;
  const std::string out = "\n y = Transpose" + order(p.output);
  const std::string device = head + "{ t = Transpose" + order(p.input) + "(x)\n" + p.node + out + "(u) }";
  const std::string exact = head + "{ t16 = Cast <to = 10> (x)\n t = Cast <to = 1> (t16)\n" + p.node +
                            "\n u16 = Cast <to = 10> (u)\n u32 = Cast <to = 1> (u16)" + out + "(u32) }";
  Shape dims;
  for (const char* at = p.input; *at != '\0'; ++at) {
    if (*at != ',') dims.push_back(*at - '0');
  }
  const std::map<std::string, Value> inputs = {{"x", random_tensor(DType::kF32, dims, 5)}};
  for (const char* tiling : {"registers", "shared"}) {
    const auto outputs =
        run_vulkan(device, inputs, vulkan_options(std::string(kHalves) + R"(, "tiling": ")" + tiling + "\""));
    expect_equal(outputs.at("y").tensor, run_reference(exact, inputs).at("y").tensor, p.exact ? 0 : 1e-5 + 2 * kUnit,
                 p.name);
  }
}

// A network is as wrong as L roundings in a row make it: (1 + u)^L - 1 of what it gives when nothing cancels, which is
// its result for the magnitudes of all numbers. None of its layers makes errors larger than a sum does.
TEST(VulkanHalfStorage, RunsANetworkWithinTheErrorOfItsRoundings) {
  const std::string graph = R"(g (float[2,3,12,12] x, float[8,3,3,3] a, float[8] b, float[8,8,3,3] c, float[8,1,3,3] d,
                                  float[10,8] e) => (float[2,10] y) {
    l1 = Conv <pads = [1,1,1,1]> (x, a, b)
    r1 = Relu(l1)
    p1 = MaxPool <kernel_shape = [2,2], strides = [2,2]> (r1)
    l2 = Conv <pads = [1,1,1,1]> (p1, c)
    s2 = Add(l2, p1)
    r2 = Relu(s2)
    l3 = Conv <group = 8, pads = [1,1,1,1]> (r2, d)
    r3 = Relu(l3)
    m = GlobalAveragePool(r3)
    f = Flatten(m)
    y = Gemm <transB = 1> (f, e)
  })";
  constexpr double kRoundings = 5;  // r1, p1, r2, r3, m; everything else is fused, enters or leaves
  std::map<std::string, Value> inputs, magnitudes;
  uint32_t seed = 1;
  for (const auto& [name, dims] : std::map<std::string, Shape>{{"x", {2, 3, 12, 12}},
                                                               {"a", {8, 3, 3, 3}},
                                                               {"b", {8}},
                                                               {"c", {8, 8, 3, 3}},
                                                               {"d", {8, 1, 3, 3}},
                                                               {"e", {10, 8}}}) {
    Tensor values = random_tensor(DType::kF32, dims, seed), sizes = random_tensor(DType::kF32, dims, seed++);
    for (float& size : sizes.elements<float>()) size = std::fabs(size);
    inputs.emplace(name, std::move(values));
    magnitudes.emplace(name, std::move(sizes));
  }
  const Tensor actual = run_vulkan(graph, inputs, vulkan_options(kHalves)).at("y").tensor;
  const Tensor expected = run_reference(graph, inputs).at("y").tensor;
  const Tensor largest = run_reference(graph, magnitudes).at("y").tensor;
  for (size_t i = 0; i < actual.elements<float>().size(); ++i) {
    const double bound = std::pow(1 + kUnit, kRoundings) - 1 + 1e-5;
    EXPECT_NEAR(static_cast<double>(actual.elements<float>()[i]), static_cast<double>(expected.elements<float>()[i]),
                bound * static_cast<double>(largest.elements<float>()[i]));
  }
}

}  // namespace
}  // namespace mortise::test
