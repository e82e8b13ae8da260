#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/infer/graph_builder.h"

namespace mortise {
namespace {

using testing::HasSubstr;

class InferResize : public testing::Test {
 protected:
  ValueId image(int64_t height, int64_t width) {
    return b_.input("x", DType::kF32, Dims{b_.symbol("batch"), known_dim(3), known_dim(height), known_dim(width)});
  }
  ValueId floats(std::initializer_list<float> elements) {
    return b_.graph.add_constant({}, Tensor::of<float>({static_cast<int64_t>(elements.size())}, elements));
  }
  void set(std::string_view name, AttributeValue value) {
    b_.graph.node(b_.graph.num_nodes() - 1).attributes.push_back({b_.graph.intern(name), std::move(value)});
  }
  GraphBuilder b_;
};

TEST_F(InferResize, MultipliesByScalesAndRoundsDown) {
  b_.node("Resize", {image(5, 7), kNoId, floats({1, 1, 2.5, 0.5})});
  EXPECT_EQ(b_.infer(), "float32[batch, 3, 12, 3]");
}

TEST_F(InferResize, ScalesWithFloat32LikeTheOperator) {
  // In float64 this would be 9.9999998 and so 9.
  b_.node("Resize", {image(100, 100), kNoId, floats({1, 1, 0.1f, 0.3f})});
  EXPECT_EQ(b_.infer(), "float32[batch, 3, 10, 30]");
}

TEST_F(InferResize, TakesSizesForSomeAxes) {
  b_.node("Resize", {image(5, 7), kNoId, kNoId, b_.ints({9, 8})}, {}, {{"axes", {-1, 2}}});
  EXPECT_EQ(b_.infer(), "float32[batch, 3, 8, 9]");
}

TEST_F(InferResize, KeepsTheAspectRatioWithinSizes) {
  b_.node("Resize", {image(10, 20), kNoId, kNoId, b_.ints({30, 30})}, {}, {{"axes", {2, 3}}});
  set("keep_aspect_ratio_policy", std::string("not_larger"));
  EXPECT_EQ(b_.infer(), "float32[batch, 3, 15, 30]");
  b_.graph.node(0).attributes.back().value = std::string("not_smaller");
  b_.graph.value(b_.graph.outputs[0]).type = {};
  EXPECT_EQ(b_.infer(), "float32[batch, 3, 30, 60]");
}

TEST_F(InferResize, RejectsScalesThatAreNotPositiveAndListsOfAnotherLength) {
  const ValueId x = image(5, 7);
  b_.node("Resize", {x, kNoId, floats({1, 1, 0, 2})});
  EXPECT_THAT(b_.infer(), HasSubstr("scale 2 is 0; it must be positive"));
  b_.graph.erase_node(0);
  b_.node("Resize", {x, kNoId, floats({1, 2})});
  EXPECT_THAT(b_.infer(), HasSubstr("it has 2 scales for 4 axes"));
}

TEST_F(InferResize, ReadsTheScalesOfOldUpsamples) {
  b_.node("Upsample", {image(5, 7)});
  b_.graph.node(0).since_version = 7;
  set("scales", std::vector<float>{1, 1, 2, 3});
  EXPECT_EQ(b_.infer(), "float32[batch, 3, 10, 21]");
  b_.graph.node(0).since_version = 1;
  b_.graph.node(0).attributes.clear();
  set("height_scale", 3.0f);
  set("width_scale", 2.0f);
  b_.graph.value(b_.graph.outputs[0]).type = {};
  EXPECT_EQ(b_.infer(), "float32[batch, 3, 15, 14]");
}

// As exporters write an interpolation to twice the size: Shape, Slice, Cast, Mul, Floor, Cast, Concat, Resize.
TEST_F(InferResize, FollowsSizesThatAreComputedAsFloats) {
  const ValueId x = image(5, 7);
  const ValueId shape = b_.node("Shape", {x});
  const ValueId head = b_.node("Slice", {shape, b_.ints({0}), b_.ints({2})});
  const ValueId tail = b_.node("Slice", {shape, b_.ints({2}), b_.ints({4})});
  const ValueId real = b_.node("Cast", {tail}, {{"to", MORTISE_DTYPE_F32}});
  const ValueId more = b_.node("Floor", {b_.node("Mul", {real, floats({1.5f})})});
  const ValueId sizes = b_.node("Concat", {head, b_.node("Cast", {more}, {{"to", MORTISE_DTYPE_I64}})}, {{"axis", 0}});
  b_.node("Resize", {x, kNoId, kNoId, sizes});
  EXPECT_EQ(b_.infer(), "float32[batch, 3, 7, 10]");
}

// As exporters write an expansion that keeps what is -1: Where(Equal(wanted, -1), ones, wanted).
TEST_F(InferResize, FollowsChoicesBetweenExtents) {
  const ValueId x = b_.input("x", DType::kF32, Dims{b_.symbol("batch"), known_dim(1), known_dim(4)});
  const ValueId batch = b_.node("Slice", {b_.node("Shape", {x}), b_.ints({0}), b_.ints({1})});
  const ValueId wanted = b_.node("Concat", {batch, b_.ints({6, -1})}, {{"axis", 0}});
  const ValueId ones = b_.node("ConstantOfShape", {b_.ints({3})});
  b_.graph.node(b_.graph.num_nodes() - 1)
      .attributes.push_back({b_.graph.intern("value"), Tensor::of<int64_t>({1}, {1})});
  const ValueId keep = b_.node("Equal", {wanted, b_.node("Mul", {ones, b_.ints({-1})})});
  b_.node("Expand", {x, b_.node("Where", {keep, ones, wanted})});
  EXPECT_EQ(b_.infer(), "float32[batch, 6, 4]");
}

}  // namespace
}  // namespace mortise
