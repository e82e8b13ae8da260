// Operators in versions that the standard's vectors do not show, by hand calculation: parameters that were attributes
// once, and what lost or gained a meaning. Each version is written out: that is how the page of operators finds its test.
#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;
using Strings = std::vector<std::string>;

std::vector<Value> run(const OpTest& op) {
  auto y = run_op(op);
  EXPECT_TRUE(y.ok()) << op.op << " " << op.version << ": " << y.status().message();
  return y.ok() ? std::move(*y) : std::vector<Value>(op.num_outputs, Tensor::of<float>({0}, {}));
}

const Tensor kTwoRowsOfFour = Tensor::of<float>({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});

TEST(OldVersions, ReshapeHasItsShapeAsAnAttribute) {
  const auto y =
      run({.op = "Reshape", .version = 1, .attributes = {{"shape", Ints{0, 2, -1}}}, .inputs = {kTwoRowsOfFour}});
  EXPECT_EQ(y[0].tensor.shape(), Shape({2, 2, 2}));
  EXPECT_THAT(floats(y[0]), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

// They say which inputs a run may overwrite, which changes no result.
TEST(OldVersions, BatchNormalizationNamesTheInputsThatItConsumes) {
  const auto list = [](std::initializer_list<float> elements) { return Tensor::of<float>({2}, elements); };
  const auto y =
      run({.op = "BatchNormalization",
           .version = 1,
           .attributes = {{"consumed_inputs", Ints{0, 0, 0, 1, 1}}, {"is_test", int64_t{1}}, {"epsilon", 0.0F}},
           .inputs = {Tensor::of<float>({1, 2, 1}, {3, 8}), list({1, 10}), list({0, 1}), list({1, 2}), list({4, 9})}});
  EXPECT_THAT(floats(y[0]), ElementsAre(1, 21));
}

TEST(OldVersions, SliceHasItsBoundsAsAttributes) {
  const Attributes bounds = {{"starts", Ints{0, 1}}, {"ends", Ints{-1, 1000}}};
  EXPECT_THAT(floats(run({.op = "Slice", .version = 1, .attributes = bounds, .inputs = {kTwoRowsOfFour}})[0]),
              ElementsAre(2, 3, 4));
  const Attributes one = {{"axes", Ints{1}}, {"starts", Ints{-2}}, {"ends", Ints{-1}}};
  EXPECT_THAT(floats(run({.op = "Slice", .version = 1, .attributes = one, .inputs = {kTwoRowsOfFour}})[0]),
              ElementsAre(3, 7));
}

TEST(OldVersions, SqueezeHasItsAxesAsAnAttribute) {
  const Tensor x = Tensor::of<float>({1, 2, 1}, {1, 2});
  const Attributes first = {{"axes", Ints{0}}}, last = {{"axes", Ints{-1}}};
  EXPECT_EQ(run({.op = "Squeeze", .version = 1, .attributes = first, .inputs = {x}})[0].tensor.shape(), Shape({2, 1}));
  EXPECT_EQ(run({.op = "Squeeze", .version = 1, .inputs = {x}})[0].tensor.shape(), Shape({2}));
  EXPECT_EQ(run({.op = "Squeeze", .version = 11, .attributes = last, .inputs = {x}})[0].tensor.shape(), Shape({1, 2}));
}

TEST(OldVersions, TileRepeatsOneAxis) {
  const Tensor two = Tensor::of<float>({1}, {2}), zero = Tensor::of<float>({1}, {0});
  EXPECT_THAT(floats(run({.op = "Tile", .version = 1, .inputs = {Tensor::of<float>({2, 1}, {1, 2}), two, zero}})[0]),
              ElementsAre(1, 2, 1, 2));
}

TEST(OldVersions, SplitHasItsExtentsInTheTypeOfTheData) {
  const auto y = run({.op = "Split",
                      .version = 1,
                      .attributes = {{"axis", int64_t{1}}},
                      .inputs = {kTwoRowsOfFour, Tensor::of<float>({2}, {1, 3})},
                      .num_outputs = 2});
  EXPECT_THAT(floats(y[0]), ElementsAre(1, 5));
  EXPECT_THAT(floats(y[1]), ElementsAre(2, 3, 4, 6, 7, 8));
  const auto halves = run({.op = "Split",
                           .version = 1,
                           .inputs = {Tensor::of<Half>({3}, {4, 5, 6}), Tensor::of<Half>({2}, {2, 1})},
                           .num_outputs = 2});
  EXPECT_THAT(elements<Half>(halves[0]), ElementsAre(4, 5));
  EXPECT_THAT(elements<Half>(halves[1]), ElementsAre(6));
}

TEST(OldVersions, RefusesToSplitAtAFraction) {
  for (const float part : {0.5f, -1.0f, NAN}) {
    const Tensor split = Tensor::of<float>({2}, {part, 2});
    const auto y = run_op({.op = "Split", .version = 1, .inputs = {kTwoRowsOfFour, split}, .num_outputs = 2});
    ASSERT_FALSE(y.ok());
    EXPECT_THAT(y.status().message(), testing::HasSubstr("which is no extent"));
  }
}

TEST(OldVersions, TopKHasKAsAnAttribute) {
  const auto y = run({.op = "TopK",
                      .version = 1,
                      .attributes = {{"k", int64_t{2}}},
                      .inputs = {Tensor::of<float>({1, 3}, {1, 3, 2})},
                      .num_outputs = 2});
  EXPECT_THAT(floats(y[0]), ElementsAre(3, 2));
  EXPECT_THAT(elements<int64_t>(y[1]), ElementsAre(1, 2));
}

TEST(OldVersions, PadCallsItsPadsPaddings) {
  const auto y = run({.op = "Pad",
                      .version = 1,
                      .attributes = {{"paddings", Ints{1, 2}}, {"value", 7.0f}},
                      .inputs = {Tensor::of<float>({2}, {1, 2})}});
  EXPECT_THAT(floats(y[0]), ElementsAre(7, 1, 2, 7, 7));
}

TEST(OldVersions, UpsampleHasItsScalesAsAnAttribute) {
  const auto y = run({.op = "Upsample",
                      .version = 7,
                      .attributes = {{"scales", Floats{1, 1, 1, 2}}},
                      .inputs = {Tensor::of<float>({1, 1, 1, 2}, {1, 2})}});
  EXPECT_THAT(floats(y[0]), ElementsAre(1, 1, 2, 2));
}

TEST(OldVersions, DepthToSpaceTakesBlocksFromDistantChannels) {
  // Depth first, in blocks: of eight channels, every second one belongs to a block of the same output channel.
  const Tensor x = Tensor::of<float>({1, 8, 1, 1}, {0, 1, 2, 3, 4, 5, 6, 7});
  const auto y = run({.op = "DepthToSpace", .version = 1, .attributes = {{"blocksize", int64_t{2}}}, .inputs = {x}});
  EXPECT_EQ(y[0].tensor.shape(), Shape({1, 2, 2, 2}));
  EXPECT_THAT(floats(y[0]), ElementsAre(0, 2, 4, 6, 1, 3, 5, 7));
}

TEST(OldVersions, DropoutIsTestedByAnAttribute) {
  const Attributes test = {{"is_test", int64_t{1}}, {"ratio", 0.9f}};
  EXPECT_THAT(floats(run({.op = "Dropout", .version = 1, .attributes = test, .inputs = {kTwoRowsOfFour}})[0]),
              ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(floats(run({.op = "Dropout", .version = 6, .attributes = test, .inputs = {kTwoRowsOfFour}})[0]),
              ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

TEST(OldVersions, GlobalLpPoolIsANorm) {
  const Tensor x = Tensor::of<float>({1, 1, 1, 2}, {3, -4});
  EXPECT_THAT(floats(run({.op = "GlobalLpPool", .version = 1, .attributes = {{"p", 2.0f}}, .inputs = {x}})[0]),
              ElementsAre(5));
  EXPECT_THAT(floats(run({.op = "GlobalLpPool", .version = 2, .inputs = {x}})[0]), ElementsAre(5));
  EXPECT_THAT(floats(run({.op = "GlobalLpPool", .version = 22, .attributes = {{"p", int64_t{1}}}, .inputs = {x}})[0]),
              ElementsAre(7));
}

TEST(OldVersions, RoiAlignSamplesWithoutHalfAPixel) {
  const auto y = run({.op = "RoiAlign",
                      .version = 10,
                      .attributes = {{"sampling_ratio", int64_t{1}}},
                      .inputs = {Tensor::of<float>({1, 1, 2, 2}, {0, 1, 2, 3}), Tensor::of<float>({1, 4}, {0, 0, 1, 1}),
                                 Tensor::of<int64_t>({1}, {0})}});
  EXPECT_THAT(floats(y[0]), ElementsAre(1.5f));
}

TEST(OldVersions, MaxRoiPoolIsTheSameInItsNewestVersion) {
  const auto y =
      run({.op = "MaxRoiPool",
           .version = 22,
           .attributes = {{"pooled_shape", Ints{1, 2}}},
           .inputs = {Tensor::of<float>({1, 1, 2, 2}, {1, 2, 4, 3}), Tensor::of<float>({1, 5}, {0, 0, 0, 1, 1})}});
  EXPECT_THAT(floats(y[0]), ElementsAre(4, 3));
}

TEST(OldVersions, SequencesAreBuiltAndTakenApart) {
  const Tensor one = Tensor::of<float>({1}, {1}), two = Tensor::of<float>({1}, {2});
  const Value both = run({.op = "SequenceConstruct", .version = 11, .inputs = {one, two}})[0];
  ASSERT_EQ(both.elements.size(), 2u);
  EXPECT_THAT(elements<int64_t>(run({.op = "SequenceLength", .version = 11, .inputs = {both}})[0]), ElementsAre(2));
  EXPECT_THAT(floats(run({.op = "SequenceAt", .version = 11, .inputs = {both, Tensor::of<int32_t>({}, {-1})}})[0]),
              ElementsAre(2));
  const Value rest = run({.op = "SequenceErase", .version = 11, .inputs = {both, Tensor::of<int64_t>({}, {-2})}})[0];
  ASSERT_EQ(rest.elements.size(), 1u);
  EXPECT_THAT(floats(rest.elements[0]), ElementsAre(2));
  const Attributes join = {{"axis", int64_t{0}}}, stack = {{"axis", int64_t{0}}, {"new_axis", int64_t{1}}};
  EXPECT_EQ(run({.op = "ConcatFromSequence", .version = 11, .attributes = join, .inputs = {both}})[0].tensor.shape(),
            Shape({2}));
  EXPECT_EQ(run({.op = "ConcatFromSequence", .version = 11, .attributes = stack, .inputs = {both}})[0].tensor.shape(),
            Shape({2, 1}));
  const Value none = run({.op = "SequenceEmpty", .version = 11, .attributes = {{"dtype", int64_t{7}}}})[0];
  EXPECT_EQ(none.kind, ValueKind::kSequence);
  EXPECT_TRUE(none.elements.empty());
}

TEST(OldVersions, OptionalHoldsItsInput) {
  const Value y = run({.op = "Optional", .version = 15, .inputs = {kTwoRowsOfFour}})[0];
  ASSERT_EQ(y.kind, ValueKind::kOptional);
  ASSERT_EQ(y.elements.size(), 1u);
  EXPECT_EQ(y.elements[0].tensor.shape(), Shape({2, 4}));
}

TEST(OldVersions, LabelEncoderNumbersItsClasses) {
  const Attributes classes = {{"classes_strings", Strings{"a", "b"}}, {"default_int64", int64_t{-1}}};
  const auto y = run({.op = "LabelEncoder",
                      .domain = "ai.onnx.ml",
                      .version = 1,
                      .attributes = classes,
                      .inputs = {Tensor::strings({2}, {"b", "c"})}});
  EXPECT_THAT(elements<int64_t>(y[0]), ElementsAre(1, -1));
}

// One decision: up to 0.5 the left leaf, beyond it the right one.
Attributes stump(Attributes more) {
  Attributes attributes = {{"nodes_treeids", Ints{0, 0, 0}},
                           {"nodes_nodeids", Ints{0, 1, 2}},
                           {"nodes_featureids", Ints{0, 0, 0}},
                           {"nodes_values", Floats{0.5f, 0, 0}},
                           {"nodes_truenodeids", Ints{1, 0, 0}},
                           {"nodes_falsenodeids", Ints{2, 0, 0}},
                           {"nodes_modes", Strings{"BRANCH_LEQ", "LEAF", "LEAF"}}};
  attributes.insert(attributes.end(), more.begin(), more.end());
  return attributes;
}
const Tensor kBothSides = Tensor::of<float>({2, 1}, {0.25f, 0.75f});

TEST(OldVersions, TreesGiveTheirLeavesInEachVersion) {
  const Attributes numbers = stump({{"n_targets", int64_t{1}},
                                    {"target_treeids", Ints{0, 0}},
                                    {"target_nodeids", Ints{1, 2}},
                                    {"target_ids", Ints{0, 0}},
                                    {"target_weights", Floats{10, 20}}});
  const auto one = run({.op = "TreeEnsembleRegressor",
                        .domain = "ai.onnx.ml",
                        .version = 1,
                        .attributes = numbers,
                        .inputs = {kBothSides}});
  EXPECT_THAT(floats(one[0]), ElementsAre(10, 20));
  const auto three = run({.op = "TreeEnsembleRegressor",
                          .domain = "ai.onnx.ml",
                          .version = 3,
                          .attributes = numbers,
                          .inputs = {kBothSides}});
  EXPECT_THAT(floats(three[0]), ElementsAre(10, 20));
}

TEST(OldVersions, TreesGiveTheirClassesInEachVersion) {
  const Attributes classes = stump({{"class_treeids", Ints{0, 0}},
                                    {"class_nodeids", Ints{1, 2}},
                                    {"class_ids", Ints{0, 1}},
                                    {"class_weights", Floats{1, 1}},
                                    {"classlabels_int64s", Ints{7, 9}}});
  const auto one = run({.op = "TreeEnsembleClassifier",
                        .domain = "ai.onnx.ml",
                        .version = 1,
                        .attributes = classes,
                        .inputs = {kBothSides},
                        .num_outputs = 2});
  EXPECT_THAT(elements<int64_t>(one[0]), ElementsAre(7, 9));
  const auto three = run({.op = "TreeEnsembleClassifier",
                          .domain = "ai.onnx.ml",
                          .version = 3,
                          .attributes = classes,
                          .inputs = {kBothSides},
                          .num_outputs = 2});
  EXPECT_THAT(elements<int64_t>(three[0]), ElementsAre(7, 9));
}

}  // namespace
}  // namespace mortise::test
