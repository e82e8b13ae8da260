// What operators say of inputs that they cannot take: the node, the input, its value, and the rule that it breaks.
#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Tensor int64s(std::initializer_list<int64_t> values) {
  return Tensor::of<int64_t>({static_cast<int64_t>(values.size())}, values);
}
Tensor scalar(int64_t value) { return Tensor::of<int64_t>({}, {value}); }
Tensor data(const Shape& shape) {
  const std::vector<float> zeros(static_cast<size_t>(shape.num_elements()));
  return Tensor::of<float>(shape, std::span<const float>(zeros));
}

std::string said(const OpTest& test) {
  const auto y = run_op(test);
  EXPECT_FALSE(y.ok()) << test.op;
  const std::string message = y.status().message();
  EXPECT_THAT(message, HasSubstr("node 'n' (" + test.op + ")"));
  EXPECT_THAT(message, Not(HasSubstr("?")));
  return message;
}

TEST(Wording, RefusesShapesAsTheyAre) {
  const auto reshape = [](std::initializer_list<int64_t> shape) {
    return said({.op = "Reshape", .version = 14, .inputs = {data({2, 3}), int64s(shape)}});
  };
  EXPECT_THAT(reshape({4, -1}), HasSubstr("data [2, 3] has 6 elements, which shape [4, -1] does not divide"));
  EXPECT_THAT(reshape({4, 2}), HasSubstr("data [2, 3] has 6 elements, which shape [4, 2] does not have"));
  EXPECT_THAT(reshape({-1, -1}), HasSubstr("shape [-1, -1] has more than one -1"));
  EXPECT_THAT(reshape({6, -7}), HasSubstr("shape [6, -7] has the extent -7 at 1"));
  EXPECT_THAT(reshape({6, 1, 0}), HasSubstr("shape [6, 1, 0] has 0 at 2, but data [2, 3] has rank 2"));
  EXPECT_THAT(said({.op = "ConstantOfShape", .version = 9, .inputs = {int64s({2, -3})}}),
              HasSubstr("float32[2, -3], with a negative extent"));
  EXPECT_THAT(said({.op = "ConstantOfShape", .version = 9, .inputs = {int64s({int64_t{1} << 40, int64_t{1} << 40})}}),
              HasSubstr("float32[1099511627776, 1099511627776], which has too many elements"));
  EXPECT_THAT(said({.op = "Expand", .version = 13, .inputs = {data({3}), int64s({2, -3})}}), HasSubstr("-3"));
  EXPECT_THAT(said({.op = "Tile", .version = 13, .inputs = {data({3}), int64s({-2})}}),
              HasSubstr("repeats [-2] has the negative entry -2"));
  EXPECT_THAT(said({.op = "CenterCropPad", .version = 18, .inputs = {data({3}), int64s({-4})}}),
              HasSubstr("shape [-4] has the negative extent -4"));
  EXPECT_THAT(said({.op = "AffineGrid", .version = 20, .inputs = {data({1, 2, 3}), int64s({1, 1, -5, 2})}}),
              HasSubstr("size [1, 1, -5, 2] has the negative extent -5"));
  EXPECT_THAT(said({.op = "Pad", .version = 13, .inputs = {data({3}), int64s({-2, -2})}}),
              HasSubstr("pads -2 and -2 do not fit axis 0 of extent 3"));
}

TEST(Wording, ShowsTheBeginningOfLongLists) {
  const std::vector<int64_t> ones(3000, 1);
  const std::string message =
      said({.op = "SplitToSequence", .version = 11, .inputs = {data({2999}), Tensor::of<int64_t>({3000}, ones)}});
  EXPECT_THAT(message, HasSubstr("1, 1, 1, ... 3000 numbers]"));
  EXPECT_THAT(message, HasSubstr("2999"));
  EXPECT_LT(message.size(), 300u);
}

// Also where no operator looks: what it asks memory for is looked at once more.
TEST(Wording, RefusesAttributesThatAreNoShapes) {
  const Attributes attributes = {{"shape", std::vector<int64_t>{2, -6}}};
  EXPECT_THAT(said({.op = "RandomNormal", .version = 1, .attributes = attributes}),
              HasSubstr("float32[2, -6], with a negative extent"));
}

TEST(Wording, RefusesRangesByTheirEnds) {
  const auto range = [](auto start, auto limit, auto delta) {
    using T = decltype(start);
    return said({.op = "Range",
                 .version = 11,
                 .inputs = {Tensor::of<T>({}, {start}), Tensor::of<T>({}, {limit}), Tensor::of<T>({}, {delta})}});
  };
  EXPECT_THAT(range(0.0F, INFINITY, 2.0F), HasSubstr("start 0, limit inf and delta 2 give inf elements"));
  EXPECT_THAT(range(NAN, 1.0F, 2.0F), HasSubstr("start nan, limit 1 and delta 2 give nan elements"));
  EXPECT_THAT(range(int64_t{0}, INT64_MAX, int64_t{1}), HasSubstr("limit 9223372036854775807"));
  EXPECT_THAT(range(int32_t{0}, int32_t{4}, int32_t{0}), HasSubstr("delta is 0; a range needs another step"));
  EXPECT_THAT(said({.op = "Range", .version = 11, .inputs = {data({}), scalar(1), data({2})}}),
              HasSubstr("start is float32[], limit int64[] and delta float32[2]; they must be scalars of one type"));
}

TEST(Wording, RefusesPartsThatDoNotAddUp) {
  const auto split = [](Tensor sizes) {
    return said({.op = "SplitToSequence", .version = 11, .inputs = {data({5, 2}), std::move(sizes)}});
  };
  EXPECT_THAT(split(int64s({2, -1, 4})),
              HasSubstr("split [2, -1, 4] has the entry -1, which does not fit extent 5 of axis 0 of input [5, 2]"));
  EXPECT_THAT(split(int64s({2, 2})), HasSubstr("split [2, 2] does not add up to extent 5 of axis 0"));
  EXPECT_THAT(split(scalar(-3)), HasSubstr("split is -3; it must be at least 1"));
  const OpTest op{.op = "Split", .version = 13, .inputs = {data({5}), int64s({6, -1})}, .num_outputs = 2};
  EXPECT_THAT(said(op), HasSubstr("split [6, -1] has the entry 6, which does not fit extent 5 of axis 0"));
}

TEST(Wording, RefusesIndicesAndSaysWhatTheyMayBe) {
  EXPECT_THAT(said({.op = "Gather", .version = 13, .inputs = {data({3}), int64s({0, -4})}}),
              HasSubstr("indices has -4 at 1, which is out of range for extent 3; give -3 to 2"));
  EXPECT_THAT(said({.op = "Gather", .version = 13, .inputs = {data({0}), int64s({0})}}),
              HasSubstr("there is nothing to index"));
  EXPECT_THAT(said({.op = "GatherND", .version = 13, .inputs = {data({2, 3}), Tensor::of<int64_t>({1, 2}, {1, 7})}}),
              HasSubstr("indices has 7 at 1, which is out of range for axis 1 of data [2, 3]"));
  EXPECT_THAT(said({.op = "ScatterElements", .version = 18, .inputs = {data({3}), int64s({5}), data({1})}}),
              HasSubstr("indices has 5 at 0"));
  EXPECT_THAT(
      said({.op = "ScatterND", .version = 18, .inputs = {data({3}), Tensor::of<int64_t>({1, 1}, {0}), data({2})}}),
      HasSubstr("updates is float32[2]; it must be float32[1] for indices [1, 1] and data [3]"));
  EXPECT_THAT(said({.op = "TopK", .version = 11, .inputs = {data({2, 3}), int64s({4})}, .num_outputs = 2}),
              HasSubstr("K is 4, but X [2, 3] has 0 to 3 elements to give along axis 1"));
  EXPECT_THAT(said({.op = "RoiAlign", .version = 16, .inputs = {data({1, 1, 2, 2}), data({1, 4}), int64s({3})}}),
              HasSubstr("batch_indices has 3, which is none of the images of X [1, 1, 2, 2]"));
  EXPECT_THAT(said({.op = "NegativeLogLikelihoodLoss", .version = 13, .inputs = {data({1, 3}), int64s({-2})}}),
              HasSubstr("the label -2, which is none of the classes 0 to 2"));
  EXPECT_THAT(
      said({.op = "Slice", .version = 13, .inputs = {data({3}), int64s({0}), int64s({3}), int64s({0}), int64s({0})}}),
      HasSubstr("steps [0] has a 0 at 0; a step must not be 0"));
}

TEST(Wording, RefusesElementTypesThatDiffer) {
  EXPECT_THAT(said({.op = "Add", .version = 14, .inputs = {data({2}), int64s({1, 2})}}),
              HasSubstr("A is float32[2] and B is int64[2]; they must have one element type"));
  EXPECT_THAT(said({.op = "Max", .version = 13, .inputs = {data({2}), data({2}), int64s({1, 2})}}),
              HasSubstr("input #0 is float32[2] and input #2 is int64[2]"));
  EXPECT_THAT(said({.op = "MatMul", .version = 13, .inputs = {data({1, 1}), Tensor::of<double>({1, 1}, {1})}}),
              AllOf(HasSubstr("A is float32[1, 1]"), HasSubstr("B is float64[1, 1]")));
}

}  // namespace
}  // namespace mortise::test
