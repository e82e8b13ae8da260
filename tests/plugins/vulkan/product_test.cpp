// Products and convolutions: against the reference on odd sizes, in both forms of tiles, with what is fused into them.
#include <gmock/gmock.h>

#include "tests/plugins/vulkan/vulkan_session.h"

namespace mortise::test {
namespace {

constexpr const char* kWithSharedTiles = R"("tiling": "shared")";

// In registers, as on CPUs, and in shared memory, as on GPUs.
void expect_in_both_forms(const std::string& graph, const Expectation& expectation = {}) {
  expect_as_reference(graph, expectation);
  expect_as_reference(graph, expectation, 20, {}, vulkan_options(kWithSharedTiles));
}

TEST(VulkanProduct, MultipliesMatricesOfAnySize) {
  expect_in_both_forms("g (float[67,19] a, float[19,70] b) => (float[67,70] y) { y = MatMul(a, b) }");
  expect_as_reference("g (float[1,5] a, float[5,3] b) => (float[1,3] y) { y = MatMul(a, b) }");
}

TEST(VulkanProduct, BroadcastsBatches) {
  expect_in_both_forms("g (float[2,1,3,5] a, float[4,5,6] b) => (float[2,4,3,6] y) { y = MatMul(a, b) }");
}

TEST(VulkanProduct, TakesVectors) {
  expect_as_reference(R"(g (float[5] a, float[2,5,3] b, float[3] c) => (float[2,3] y, float[2] z) {
    y = MatMul(a, b)
    z = MatMul(y, c)
  })");
}

TEST(VulkanProduct, FusesBiasAndActivationIntoGemm) {
  expect_in_both_forms(R"(g (float[7,9] a, float[5,7] b, float[5] c) => (float[9,5] y) {
    t = Gemm <alpha = 0.5, beta = 2.0, transA = 1, transB = 1> (a, b, c)
    y = Sigmoid(t)
  })",
                       {.dispatches = 1});
}

TEST(VulkanProduct, FusesAResidualBlockIntoItsConvolution) {
  expect_in_both_forms(R"(g (float[1,6,9,7] x, float[6,6,3,3] w, float[6] b) => (float[1,6,9,7] y) {
    c = Conv <pads = [1,1,1,1]> (x, w, b)
    r = Add(x, c)
    y = Relu(r)
  })",
                       {.dispatches = 1});
}

TEST(VulkanProduct, FusesNormalizationIntoItsConvolution) {
  expect_as_reference(R"(g (float[1,6,9,7] x, float[4,6,3,3] w, float[4] s, float[4] h, float[4] m, float[4] v)
      => (float[1,4,7,5] y) {
    c = Conv(x, w)
    a = Abs(v)
    n = BatchNormalization(c, s, h, m, a)
    y = Relu(n)
  })",
                      {.dispatches = 2});
}

TEST(VulkanProduct, ConvolvesWithStridesDilationsAndGroups) {
  expect_in_both_forms(R"(g (float[2,4,11,10] x, float[6,2,3,2] w) => (float[2,6,5,10] y) {
    y = Conv <group = 2, strides = [2,1], dilations = [1,2], pads = [1,0,0,2]> (x, w)
  })");
}

TEST(VulkanProduct, ConvolvesOneAxis) {
  expect_as_reference(R"(g (float[1,3,10] x, float[2,3,3] w) => (float[1,2,5] y) {
    y = Conv <strides = [2], auto_pad = "SAME_UPPER"> (x, w)
  })");
}

TEST(VulkanProduct, ConvolvesPixelByPixel) {
  expect_in_both_forms(R"(g (float[2,4,5,3] x, float[6,2,1,1] w, float[6] b) => (float[2,6,5,3] y) {
    y = Conv <group = 2> (x, w, b)
  })");
}

TEST(VulkanProduct, ConvolvesDepthwise) {
  expect_as_reference(R"(g (float[2,3,8,7] x, float[6,1,3,3] w, float[6] b) => (float[2,6,4,4] y) {
    t = Conv <group = 3, strides = [2,2], pads = [1,1,1,1]> (x, w, b)
    y = Clip(t)
  })",
                      {.dispatches = 1});
}

TEST(VulkanProduct, ConvolvesTransposed) {
  expect_as_reference(R"(g (float[2,4,5,3] x, float[4,3,3,2] w, float[6] b) => (float[2,6,10,8] y) {
    t = ConvTranspose <group = 2, strides = [2,3], pads = [1,1,0,1], dilations = [1,2], output_padding = [0,1]> (x, w, b)
    y = Relu(t)
  })",
                      {.dispatches = 1});
  expect_as_reference(R"(g (float[1,3,10] x, float[3,2,4] w) => (float[1,2,20] y) {
    y = ConvTranspose <strides = [2], auto_pad = "SAME_UPPER"> (x, w)
  })");
  expect_as_reference(R"(g (float[1,1,3,3] x, float[1,2,3,3] w) => (float[1,2,10,8] y) {
    y = ConvTranspose <strides = [3,2], output_shape = [10,8]> (x, w)
  })");
}

}  // namespace
}  // namespace mortise::test
