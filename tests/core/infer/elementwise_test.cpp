#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/infer/graph_builder.h"

namespace mortise {
namespace {

using testing::HasSubstr;

TEST(InferElementwise, BroadcastsKnownAndSymbolicExtents) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{b.symbol("batch"), known_dim(1), known_dim(4)});
  const ValueId y = b.input("y", DType::kF32, Dims{known_dim(3), known_dim(1)});
  b.node("Add", {x, y});
  EXPECT_EQ(b.infer(), "float32[batch, 3, 4]");
}

TEST(InferElementwise, RejectsExtentsThatCannotBeBroadcast) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(3)});
  const ValueId y = b.input("y", DType::kF32, Dims{known_dim(4)});
  b.node("Mul", {x, y});
  EXPECT_THAT(b.infer(), HasSubstr("input #0 'A' is float32[3] and input #1 'B' is float32[4]; their shapes cannot be "
                                   "broadcast to one another"));
  GraphBuilder c;
  const ValueId first = c.input("x", DType::kF32, Dims{known_dim(3)});
  c.node("Sum", {first, c.input("y", DType::kF32, Dims{known_dim(1)}), c.input("z", DType::kF32, Dims{known_dim(4)})});
  EXPECT_THAT(c.infer(),
              HasSubstr("input #0 'data_0' is float32[3] and input #2 'data_0' is float32[4]; their shapes"));
}

// The result has the shape of the first input, which the other one therefore must not exceed.
TEST(InferElementwise, BroadcastsOnlyTheSecondInputOfPReluAndOfOldArithmetic) {
  const auto infer = [](std::string_view op, int32_t opset, Dims a, Dims b, bool broadcast) {
    GraphBuilder builder;
    builder.opset = opset;
    const ValueId x = builder.input("x", DType::kF32, std::move(a));
    const ValueId y = builder.input("y", DType::kF32, std::move(b));
    std::map<std::string, int64_t> attributes;
    if (broadcast) attributes["broadcast"] = 1;
    builder.node(op, {x, y}, std::move(attributes));
    return builder.infer();
  };
  const Dims three{known_dim(3)}, two_by_three{known_dim(2), known_dim(3)};
  EXPECT_EQ(infer("PRelu", 16, two_by_three, three, false), "float32[2, 3]");
  EXPECT_EQ(infer("Mul", 6, two_by_three, three, true), "float32[2, 3]");
  EXPECT_THAT(infer("PRelu", 16, three, two_by_three, false), HasSubstr("does not broadcast to input #0"));
  EXPECT_THAT(infer("Mul", 6, three, two_by_three, true), HasSubstr("does not broadcast to input #0"));
  EXPECT_THAT(infer("Mul", 6, three, {known_dim(1), known_dim(1)}, true), HasSubstr("does not broadcast to input #0"));
}

TEST(InferElementwise, ComparesToBool) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kI64, Dims{b.symbol("n")});
  b.node("Less", {x, x});
  EXPECT_EQ(b.infer(), "bool[n]");
}

TEST(InferElementwise, DoesNotBroadcastTheGateOfSwiGlu) {
  const auto infer = [](Dims a, Dims b) {
    GraphBuilder builder;
    const ValueId x = builder.input("x", DType::kF32, std::move(a));
    const ValueId y = builder.input("y", DType::kF32, std::move(b));
    builder.node("SwiGLU", {x, y});
    return builder.infer();
  };
  EXPECT_EQ(infer({kUnknownDim, known_dim(3)}, {known_dim(2), known_dim(3)}), "float32[2, 3]");
  EXPECT_THAT(infer({known_dim(1), known_dim(3)}, {known_dim(2), known_dim(3)}),
              HasSubstr("1 and 2 places along axis 0"));
  EXPECT_THAT(infer({known_dim(3)}, {known_dim(1), known_dim(3)}), HasSubstr("must have the same shape"));
}

TEST(Infer, RejectsDeclaredTypeThatContradicts) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(3)});
  b.node("Relu", {x}, {}, {}, Type::tensor(DType::kF32, Shape{4}));
  EXPECT_THAT(b.infer(),
              testing::AllOf(HasSubstr("Relu"), HasSubstr("'out'"), HasSubstr("float32[4]"), HasSubstr("float32[3]")));
}

TEST(Infer, RejectsShapesWhoseSizeOverflows) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(int64_t{1} << 40), known_dim(1)});
  const ValueId y = b.input("y", DType::kF32, Dims{known_dim(int64_t{1} << 40)});
  b.node("Add", {x, y});
  EXPECT_THAT(b.infer(), HasSubstr("too many elements"));
}

TEST(Infer, RejectsWrongNumberOfInputs) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{});
  b.node("Add", {x});
  EXPECT_THAT(b.infer(), HasSubstr("it has 1 inputs"));
}

TEST(InferWithInputs, ReplacesSymbolsByExtents) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{b.symbol("batch"), known_dim(4)});
  b.node("Relu", {x});
  ASSERT_EQ(b.infer(), "float32[batch, 4]");
  const Type given = Type::tensor(DType::kF32, Shape{7, 4});
  const auto types = infer_with_inputs(b.graph, std::span(&given, 1));
  ASSERT_TRUE(types.ok()) << types.status().message();
  EXPECT_EQ(to_string((*types)[b.graph.outputs[0]]), "float32[7, 4]");
  EXPECT_EQ(to_string(b.graph.value(b.graph.outputs[0]).type), "float32[batch, 4]");
}

}  // namespace
}  // namespace mortise
