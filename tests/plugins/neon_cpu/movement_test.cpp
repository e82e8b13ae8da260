// Operators that only move elements, like the reference's, for elements of every size.
#include <gtest/gtest.h>

#include "tests/plugins/neon_cpu/neon_model.h"

namespace mortise::test {
namespace {

class NeonMovement : public testing::TestWithParam<DType> {
 protected:
  // A model with an input x of unknown extents and the type of the test.
  NeonModel model_with_x(size_t rank, int opset = 17) const {
    NeonModel model(opset);
    model.input("x", Dims(rank, -1), "", GetParam());
    return model;
  }
  Tensor x(const Shape& shape) const { return random_tensor_of(GetParam(), shape, 7); }
};

TEST_P(NeonMovement, Transpose) {
  const std::vector<std::vector<int64_t>> perms = {{}, {0, 1, 2, 3}, {0, 2, 1, 3}, {0, 2, 3, 1}, {3, 1, 0, 2}};
  for (const auto& perm : perms) {
    NeonModel model = model_with_x(4);
    model.output(model.node("Transpose", {"x"}, "y", perm.empty() ? NodeAttributes{} : NodeAttributes{{"perm", perm}}),
                 GetParam());
    for (const Shape& shape : {Shape{2, 3, 4, 5}, Shape{1, 1, 1, 1}, Shape{2, 0, 3, 1}, Shape{1, 128, 12, 64}}) {
      model.expect_like_reference({x(shape)});
    }
  }
}

TEST_P(NeonMovement, SliceForwardsAndBackwards) {
  struct Test {
    Dims starts, ends, axes, steps;
  };
  const std::vector<Test> tests = {{{1}, {3}, {0}, {1}},      {{0, 1}, {100, -1}, {1, 2}, {2, 1}},
                                   {{-1}, {-100}, {2}, {-1}}, {{5}, {0}, {1}, {-2}},
                                   {{3}, {3}, {0}, {1}},      {{0, 0, 0}, {9, 9, 9}, {0, 1, 2}, {3, 3, 3}}};
  for (const Test& test : tests) {
    NeonModel model = model_with_x(3);
    model.output(
        model.node("Slice",
                   {"x", model.ints(test.starts), model.ints(test.ends), model.ints(test.axes), model.ints(test.steps)},
                   "y"),
        GetParam());
    for (const Shape& shape : {Shape{4, 6, 7}, Shape{1, 1, 1}, Shape{0, 6, 2}}) model.expect_like_reference({x(shape)});
  }
}

TEST_P(NeonMovement, ConcatAndSplit) {
  for (const int64_t axis : {0, 1, -1}) {
    NeonModel model = model_with_x(3);
    model.node("Concat", {"x", "x", "x"}, "all", {{"axis", axis}});
    model.node("Split", {"all"}, std::vector<std::string>{"a", "b", "c"}, {{"axis", axis}});
    for (const char* name : {"all", "a", "b", "c"}) model.output(name, GetParam());
    for (const Shape& shape : {Shape{2, 3, 4}, Shape{1, 1, 1}, Shape{2, 0, 3}, Shape{3, 70, 33}}) {
      model.expect_like_reference({x(shape)});
    }
  }
  NeonModel model = model_with_x(2);
  model.node("Split", {"x", model.ints({1, 0, 4})}, std::vector<std::string>{"a", "b", "c"}, {{"axis", int64_t{1}}});
  for (const char* name : {"a", "b", "c"}) model.output(name, GetParam());
  model.expect_like_reference({x({3, 5})});
}

TEST_P(NeonMovement, ExpandAndTile) {
  NeonModel model = model_with_x(3);
  model.output(model.node("Expand", {"x", model.ints({2, 4, 3, 5})}, "y"), GetParam());
  model.output(model.node("Tile", {"x", model.ints({2, 1, 3})}, "z"), GetParam());
  for (const Shape& shape : {Shape{4, 3, 5}, Shape{1, 1, 1}, Shape{4, 1, 5}, Shape{1, 3, 1}}) {
    model.expect_like_reference({x(shape)});
  }
}

TEST_P(NeonMovement, Gather) {
  for (const DType indices : {DType::kI32, DType::kI64}) {
    for (const int64_t axis : {0, 1, 2}) {
      NeonModel model = model_with_x(3);
      model.input("i", {-1, 2}, "", indices);
      model.output(model.node("Gather", {"x", "i"}, "y", {{"axis", axis}}), GetParam());
      const Tensor i = indices == DType::kI32 ? Tensor::of<int32_t>({2, 2}, {0, -1, 1, 0})
                                              : Tensor::of<int64_t>({2, 2}, {0, -1, 1, 0});
      model.expect_like_reference({x({2, 3, 4}), i});
      model.expect_like_reference({x({2, 3, 4}), Tensor::allocate(indices, {0, 2}).value()});
    }
  }
}

TEST_P(NeonMovement, PadInAllModes) {
  for (const char* mode : {"constant", "edge", "reflect"}) {
    for (const Dims& pads : {Dims{0, 1, 2, 0, 2, 1}, Dims{0, -1, 3, 1, 0, -2}, Dims{0, 0, 0, 0, 0, 0}}) {
      NeonModel model = model_with_x(3);
      model.output(model.node("Pad", {"x", model.ints(pads)}, "y", {{"mode", std::string(mode)}}), GetParam());
      for (const Shape& shape : {Shape{2, 3, 4}, Shape{1, 4, 5}}) model.expect_like_reference({x(shape)});
    }
  }
}

TEST_P(NeonMovement, Views) {
  NeonModel model = model_with_x(3);
  model.node("Reshape", {"x", model.ints({0, -1})}, "a");
  model.node("Flatten", {"x"}, "b", {{"axis", int64_t{2}}});
  model.node("Unsqueeze", {"x", model.ints({0, -1})}, "c");
  model.node("Squeeze", {"c", model.ints({0})}, "d");
  model.node("Transpose", {"a"}, "e");
  for (const char* name : {"a", "b", "c", "d", "e"}) model.output(name, GetParam());
  for (const Shape& shape : {Shape{2, 3, 4}, Shape{1, 1, 1}, Shape{2, 0, 3}}) {
    if (shape.num_elements() != 0) model.expect_like_reference({x(shape)});
  }
}

TEST_P(NeonMovement, DepthToSpaceAndBack) {
  for (const char* mode : {"DCR", "CRD"}) {
    NeonModel model = model_with_x(4);
    model.node("DepthToSpace", {"x"}, "a", {{"blocksize", int64_t{2}}, {"mode", std::string(mode)}});
    model.node("SpaceToDepth", {"a"}, "b", {{"blocksize", int64_t{2}}});
    model.output("a", GetParam());
    model.output("b", GetParam());
    for (const Shape& shape : {Shape{2, 12, 3, 5}, Shape{1, 4, 1, 1}, Shape{0, 4, 2, 2}})
      model.expect_like_reference({x(shape)});
  }
}

INSTANTIATE_TEST_SUITE_P(Neon, NeonMovement, testing::Values(DType::kU8, DType::kU16, DType::kF32, DType::kI64),
                         [](const auto& info) { return std::string(to_string(info.param)); });

}  // namespace
}  // namespace mortise::test
