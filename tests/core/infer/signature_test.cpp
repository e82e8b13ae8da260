#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/infer/graph_builder.h"

namespace mortise {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Type matrix() { return Type::tensor(DType::kF32, Shape{4, 4}); }

TEST(Signature, CountsInputsOfTheVersionAtHand) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, matrix().dims);
  b.node("ReduceMax", {x, b.ints({0})});
  EXPECT_EQ(b.infer(), "float32[1, 4]");
  b.graph.node(0).since_version = 13;
  EXPECT_THAT(b.infer(), HasSubstr("node #0 (ReduceMax): it has 2 inputs; version 13 of the operator takes 1"));
}

TEST(Signature, WantsRequiredInputsInTheMiddle) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kU8, Dims{known_dim(1), known_dim(1), known_dim(3), known_dim(3)});
  const ValueId s = b.input("s", DType::kF32, Dims{});
  const ValueId z = b.input("z", DType::kU8, Dims{});
  b.node("QLinearConv", {x, s, z, x, s, kNoId, s, z});
  EXPECT_THAT(b.infer(), HasSubstr("input #5 'w_zero_point' is left out, but it is required"));
}

TEST(Signature, CountsOutputs) {
  GraphBuilder b;
  b.node("Relu", {b.input("x", DType::kF32, Dims{})});
  b.graph.node(0).outputs.push_back(b.graph.add_value(b.graph.intern("more")));
  EXPECT_THAT(b.infer(), HasSubstr("it has 2 outputs; version 14 of the operator gives 1"));
}

TEST(Signature, WantsOneElementTypePerVariable) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{});
  const ValueId y = b.input("y", DType::kI64, Dims{});
  b.node("Add", {x, y});
  EXPECT_THAT(b.infer(), HasSubstr("input #1 'B' is int64[]; it must be float32, like the other inputs of the type T"));
}

TEST(Signature, WantsTheElementTypesItLists) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{known_dim(4)});
  b.node("Gather", {x, x});
  EXPECT_THAT(b.infer(), HasSubstr("input #1 'indices' is float32[4]; it must be int32 or int64 in version"));
}

TEST(Signature, WantsTensorsWhereItSaysSo) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kF32, Dims{});
  const ValueId list = b.node("SequenceConstruct", {x});
  b.node("Relu", {list});
  EXPECT_THAT(b.infer(), HasSubstr("input #0 'X' is sequence(float32[]); it must be a tensor"));
  GraphBuilder c;
  c.node("SequenceAt", {c.input("x", DType::kF32, Dims{}), c.ints({0})});
  EXPECT_THAT(c.infer(), HasSubstr("must be a sequence of tensors"));
}

TEST(Signature, ChecksTypesAndRangesAndWordsOfAttributes) {
  const auto pool = [](const char* name, AttributeValue value) {
    GraphBuilder b;
    b.node("MaxPool", {b.input("x", DType::kF32, std::nullopt)}, {}, {{"kernel_shape", {2}}});
    b.graph.node(0).attributes.push_back({b.graph.intern(name), std::move(value)});
    return b.infer();
  };
  EXPECT_THAT(pool("strides", 2.0f),
              HasSubstr("attribute 'strides' is a value of the type float; it must be of the type "
                        "ints"));
  EXPECT_THAT(pool("auto_pad", std::string("SAME")),
              HasSubstr("attribute 'auto_pad' is 'SAME'; it must be one of NOTSET, SAME_UPPER, SAME_LOWER, VALID"));
  EXPECT_THAT(pool("stride", std::vector<int64_t>{1}),
              AllOf(HasSubstr("attribute 'stride' is unknown to version 22"), HasSubstr("strides")));
  GraphBuilder b;
  b.node("DepthToSpace", {b.input("x", DType::kF32, std::nullopt)}, {{"blocksize", 0}});
  EXPECT_THAT(b.infer(), HasSubstr("attribute 'blocksize' is 0; it must be at least 1"));
  GraphBuilder s;
  s.node("MaxPool", {s.input("x", DType::kF32, std::nullopt)}, {{"storage_order", 2}}, {{"kernel_shape", {2}}});
  EXPECT_THAT(s.infer(), HasSubstr("attribute 'storage_order' is 2; it must be 0 to 1"));
  GraphBuilder c;
  c.node("Cast", {c.input("x", DType::kF32, std::nullopt)});
  EXPECT_THAT(c.infer(), HasSubstr("attribute 'to' is missing"));
}

TEST(Signature, GivesElementTypesThatShapesDoNot) {
  GraphBuilder b;
  const ValueId x = b.input("x", DType::kU8, std::nullopt);
  const ValueId s = b.input("s", DType::kF32, std::nullopt);
  const ValueId z = b.input("z", DType::kI8, std::nullopt);
  b.node("QLinearMatMul", {x, s, x, x, s, x, s, z});
  EXPECT_EQ(b.infer(), "int8");
}

}  // namespace
}  // namespace mortise
