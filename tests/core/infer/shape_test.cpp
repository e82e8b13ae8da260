#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/infer/graph_builder.h"

namespace mortise {
namespace {

using testing::HasSubstr;

TEST(InferShape, FollowsShapesThroughGatherConcatAndReshape) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{b.symbol("batch"), b.symbol("seq"), known_dim(12)});
  const ValueId shape = b.node("Shape", {x});
  const ValueId first = b.node("Slice", {shape, b.ints({0}), b.ints({2})});
  const ValueId target = b.node("Concat", {first, b.ints({3, 4})}, {{"axis", 0}});
  b.node("Reshape", {x, target});
  EXPECT_EQ(b.infer(), "float32[batch, seq, 3, 4]");
}

TEST(InferShape, ResolvesMinusOneByNameAndByNumber) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{b.symbol("batch"), known_dim(6), known_dim(2)});
  b.node("Reshape", {x, b.ints({0, -1})});
  EXPECT_EQ(b.infer(), "float32[batch, 12]");
}

TEST(InferShape, RejectsReshapeToAnotherNumberOfElements) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(6)});
  b.node("Reshape", {x, b.ints({4, 2})});
  EXPECT_THAT(b.infer(), HasSubstr("cannot reshape float32[6] to [4, 2]: the numbers of elements differ"));
  GraphBuilder c;
  c.node("Reshape", {c.input("x", DType::kF32, Dims{known_dim(6)}), c.ints({4, -1, 2, -3})});
  EXPECT_THAT(c.infer(), HasSubstr("shape [4, -1, 2, -3] has the extent -3"));
}

TEST(InferShape, SaysWhichEntryOfAListIsWrong) {
  const Dims square{known_dim(2), known_dim(2)};
  GraphBuilder a;
  a.node("Unsqueeze", {a.input("x", DType::kF32, square), a.ints({1, -3})});
  EXPECT_THAT(a.infer(), HasSubstr("(Unsqueeze): 'axes' names axis 1 twice; give each once"));
  GraphBuilder b;
  b.node("Transpose", {b.input("x", DType::kF32, square)}, {}, {{"perm", {1, 1}}});
  EXPECT_THAT(b.infer(), HasSubstr("'perm' names axis 1 twice"));
  GraphBuilder c;
  c.node("Slice", {c.input("x", DType::kF32, square), c.ints({0}), c.ints({2}), c.ints({0}), c.ints({0})});
  EXPECT_THAT(c.infer(), HasSubstr("'steps' has a 0 at 0; a step must not be 0"));
  GraphBuilder d;
  d.node("Slice", {d.input("x", DType::kF32, square), d.ints({0}), d.ints({2, 2}), d.ints({0})});
  EXPECT_THAT(d.infer(), HasSubstr("have 1, 2, 1 and 1 entries; they must be equally long"));
}

TEST(InferShape, SlicesBackwardsWithExtremeBounds) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(7)});
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  b.node("Slice", {x, b.ints({-1}), b.ints({kLeast}), b.ints({0}), b.ints({-2})});
  EXPECT_EQ(b.infer(), "float32[4]");
}

// Twice the step is beyond the type (UndefinedBehaviorSanitizer watches), the elements are not.
TEST(InferShape, FollowsRangesOverAllOfTheType) {
  GraphBuilder b;
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  b.node("Range", {b.ints({-kMost - 1}), b.ints({kMost}), b.ints({kMost})});
  EXPECT_EQ(b.infer(), "int64[3]");
}

TEST(InferConv, ComputesExtentsAndKeepsBatch) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{b.symbol("batch"), known_dim(3), known_dim(224), known_dim(224)});
  const ValueId w = b.input("w", DType::kF32, Dims{known_dim(64), known_dim(3), known_dim(7), known_dim(7)});
  b.node("Conv", {x, w}, {}, {{"strides", {2, 2}}, {"pads", {3, 3, 3, 3}}});
  EXPECT_EQ(b.infer(), "float32[batch, 64, 112, 112]");
}

TEST(InferConv, RejectsZeroStride) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(1), known_dim(3), known_dim(8)});
  b.node("MaxPool", {x}, {}, {{"kernel_shape", {2}}, {"strides", {0}}});
  EXPECT_THAT(b.infer(), HasSubstr("'strides' has the entry 0"));
}

// A window larger than the padded input has one place if that starts inside; none starts in the padding behind.
TEST(InferPool, InCeilModeCountsPlacesThatStartBeforeThePaddingBehind) {
  const auto extent = [](int64_t input, int64_t kernel, int64_t stride, int64_t behind) {
    GraphBuilder b;
    const ValueId x = b.input("x", DType::kF32, Dims{known_dim(1), known_dim(1), known_dim(input)});
    b.node("MaxPool", {x}, {{"ceil_mode", 1}},
           {{"kernel_shape", {kernel}}, {"strides", {stride}}, {"pads", {0, behind}}});
    return b.infer();
  };
  EXPECT_EQ(extent(2, 3, 2, 0), "float32[1, 1, 1]");
  EXPECT_THAT(extent(2, 3, 1, 0), HasSubstr("does not fit"));
  EXPECT_EQ(extent(4, 1, 2, 2), "float32[1, 1, 2]");
  EXPECT_EQ(extent(5, 2, 2, 1), "float32[1, 1, 3]");
}

// ONNX contradicts itself: its text gives VALID the same extent with ceil_mode as without, its shape inference the
// ceiling, its reference evaluator refuses the two together. Models carry the extents that shape inference gave them.
TEST(InferPool, InCeilModeRoundsUpWithoutPaddingToo) {
  const auto extent = [](int64_t ceil_mode) {
    GraphBuilder b;
    const ValueId x = b.input("x", DType::kF32, Dims{known_dim(1), known_dim(1), known_dim(10)});
    b.node("MaxPool", {x}, {{"ceil_mode", ceil_mode}}, {{"kernel_shape", {2}}, {"strides", {3}}});
    b.graph.node(0).attributes.push_back({b.graph.intern("auto_pad"), std::string("VALID")});
    return b.infer();
  };
  EXPECT_EQ(extent(0), "float32[1, 1, 3]");
  EXPECT_EQ(extent(1), "float32[1, 1, 4]");
}

TEST(InferMatMul, BroadcastsBatchAndRejectsInnerMismatch) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{b.symbol("batch"), known_dim(1), known_dim(4)});
  const ValueId y = b.input("y", DType::kF32, Dims{known_dim(4), known_dim(5)});
  b.node("MatMul", {x, y});
  EXPECT_EQ(b.infer(), "float32[batch, 1, 5]");
  b.node("MatMul", {y, y});
  EXPECT_THAT(b.infer(),
              HasSubstr("input #0 'A' is float32[4, 5] and input #1 'B' is float32[4, 5]; the inner extents 5 "
                        "and 4 of the product differ"));
}

TEST(InferReduce, KeepsOrDropsAxes) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{b.symbol("batch"), known_dim(3), known_dim(4)});
  b.node("ReduceSum", {x, b.ints({-1})}, {{"keepdims", 0}});
  EXPECT_EQ(b.infer(), "float32[batch, 3]");
}

}  // namespace
}  // namespace mortise
