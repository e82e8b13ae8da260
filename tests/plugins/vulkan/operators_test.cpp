// Operators that are neither pointwise nor products, on shapes that the standard's vectors do not have.
#include <gmock/gmock.h>

#include "tests/plugins/vulkan/vulkan_session.h"

namespace mortise::test {
namespace {

constexpr const char* kSharedTiles = R"("tiling": "shared")";

TEST(VulkanOperators, ReduceAxesThatLieApart) {
  const std::string graph = R"(g (float[3,4,5,70] x) => (float[4,70] y, float[3,4,5,1] z, float m)
      <int64[2] apart = {0, 2}, int64[1] last = {3}> {
    y = ReduceSum <keepdims = 0> (x, apart)
    z = ReduceLogSumExp(x, last)
    m = ReduceMin <keepdims = 0> (x)
  })";
  expect_as_reference(graph);
  expect_as_reference(graph, {}, 20, {}, vulkan_options(kSharedTiles));
}

TEST(VulkanOperators, NormalizeRows) {
  const std::string graph = R"(g (float[3,4,70] x, float[70] s, float[70] b) => (float[3,4,70] y, float[3,4,70] z) {
    y = LayerNormalization(x, s, b)
    t = Mul(y, s)
    z = Softmax <axis = 1> (t)
  })";
  expect_as_reference(graph, {.dispatches = 3});
  expect_as_reference(graph, {.dispatches = 3}, 20, {}, vulkan_options(kSharedTiles));
}

TEST(VulkanOperators, NormalizeInstances) {
  expect_as_reference(R"(g (float[2,3,5,4] x, float[3] s, float[3] b) => (float[2,3,5,4] y) {
    y = InstanceNormalization(x, s, b)
  })");
}

TEST(VulkanOperators, PoolOneToThreeAxes) {
  expect_as_reference(R"(g (float[1,2,9] a, float[2,3,8,7] b, float[1,2,4,5,6] c)
      => (float[1,2,4] x, float[2,3,4,4] y, float[1,2,1,1,1] z) {
    x = MaxPool <kernel_shape = [3], strides = [2]> (a)
    y = AveragePool <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]> (b)
    z = GlobalAveragePool(c)
  })");
  // A window larger than its input, which has one place in ceil mode; what sticks out does not count.
  expect_as_reference(R"(g (float[1,2,9] x) => (float[1,2,1] y) {
    y = AveragePool <kernel_shape = [12], strides = [5], ceil_mode = 1, count_include_pad = 1> (x)
  })");
}

TEST(VulkanOperators, MoveElementsOfOneAndTwoWords) {
  expect_as_reference(R"(g (float[2,3,4,5] x, int64[3,4] i) => (float[5,2,4,3] t, int64[4,3] u, float[2,2,4,4] y) <
      int64[2] starts = {2, -1}, int64[2] ends = {0, 0}, int64[2] axes = {1, 3}, int64[2] steps = {-1, -2}> {
    t = Transpose <perm = [3,0,2,1]> (x)
    u = Transpose(i)
    s = Slice(x, starts, ends, axes, steps)
    y = Concat <axis = 3> (s, s)
  })");
}

TEST(VulkanOperators, SplitAndJoinInAnotherOrder) {
  expect_as_reference(R"(g (float[3,7] x) => (float[3,7] y) <int64[3] parts = {2, 1, 4}> {
    a, b, c = Split <axis = 1> (x, parts)
    n = Neg(b)
    y = Concat <axis = 1> (c, n, a)
  })");
}

TEST(VulkanOperators, GatherAndExpand) {
  expect_as_reference(R"(g (float[5,3] x) => (float[2,2,3] y, float[4,5,3] z)
      <int64[2,2] i = {0, 4, -1, 2}, int64[3] to = {4, 1, 3}> {
    y = Gather(x, i)
    z = Expand(x, to)
  })");
}

TEST(VulkanOperators, PadResizeAndTile) {
  expect_as_reference(
      R"(g (float[1,2,4,3] x) => (float[1,2,7,6] p, float[1,2,8,7] r, float[1,4,4,9] t, float[1,2,2,2] n)
      <int64[8] pads = {0,0,1,2,0,0,2,1}, float value = {1.5}, int64[4] sizes = {1,2,8,7}, int64[4] repeats = {1,2,1,3},
       float[4] scales = {1,1,0.6,0.7}> {
    p = Pad(x, pads, value)
    r = Resize <mode = "linear", coordinate_transformation_mode = "align_corners"> (x, , , sizes)
    t = Tile(x, repeats)
    n = Resize <mode = "nearest"> (x, , scales)
  })");
}

TEST(VulkanOperators, DoWithoutOptionalInputs) {
  expect_as_reference(R"(g (float[4,6] x, float[6,3] w, float[6] s) =>
      (float[4,6] c, float[4,6] d, float[4,3] g, float[4,6] l, float[6,8] p)
      <float high = {0.5}, float low = {-0.25}, int64[4] pads = {1,1,1,1}> {
    c = Clip(x, , high)
    d = Clip(x, low)
    g = Gemm(x, w)
    l = LayerNormalization(x, s)
    p = Pad(x, pads)
  })");
}

TEST(VulkanOperators, LeaveToOthersWhatAShaderCannotDo) {
  // Report an index that is out of range.
  expect_as_reference("g (float[5,3] x, int64[2] i) => (float[2,3] y) { y = Gather(x, i) }", {.nodes = 0}, 20,
                      {{"i", Tensor::of<int64_t>({2}, {4, -5})}});
  // End within the patience of a device: 2^36 taps for one element.
  expect_as_reference(R"(g (float[1,1,2,2,2] x) => (float[1,1,1,1,1] y) {
    y = MaxPool <kernel_shape = [4096,4096,4096], pads = [4094,4094,4094,0,0,0]> (x)
  })",
                      {.nodes = 0});
  // Count beyond 32 bits.
  expect_as_reference(R"(g (float[1,1,2] x, float[1,1,3] w) => (float[1,1,5] y) {
    y = ConvTranspose <dilations = [1073741824], output_shape = [5]> (x, w)
  })",
                      {.nodes = 0});
  // Keep tables for axes that are longer than any image is.
  expect_as_reference("g (float[1] x) => (float[5000000] y) <int64[1] n = {5000000}> { y = Tile(x, n) }", {.nodes = 0});
  // Walk more axes than a chain has strides for.
  expect_as_reference(R"(g (float[2,1,2,1,2,1,2,1,2] x, float[1,2,1,2,1,2,1,2,1] b) => (float[2,2,2,2,2,2,2,2,2] y) {
    y = Add(x, b)
  })",
                      {.nodes = 0});
}

}  // namespace
}  // namespace mortise::test
