// Inference of Einsum: the shape that an equation gives, and equations that no shapes can make good.
#include <gmock/gmock.h>

#include "tests/core/infer/graph_builder.h"

namespace mortise {
namespace {

using testing::HasSubstr;

// Of float32 inputs; -1: an extent that is not known. No list: a rank that is not known.
std::string einsum(const char* equation, const std::vector<std::optional<std::vector<int64_t>>>& shapes) {
  GraphBuilder b;
  IdList inputs;
  for (const auto& shape : shapes) {
    std::optional<Dims> dims;
    if (shape) {
      dims.emplace();
      for (const int64_t extent : *shape) dims->push_back(extent < 0 ? kUnknownDim : known_dim(extent));
    }
    inputs.push_back(b.input("x" + std::to_string(inputs.size()), DType::kF32, std::move(dims)));
  }
  b.node("Einsum", std::move(inputs));
  b.graph.node(0).attributes.push_back({b.graph.intern("equation"), std::string(equation)});
  return b.infer();
}

TEST(InferEinsum, GivesTheAxesOfTheOutput) {
  EXPECT_EQ(einsum("bij,bjk->bik", {{{2, 3, 4}}, {{1, 4, 5}}}), "float32[2, 3, 5]");
  EXPECT_EQ(einsum("...i,...i", {{{2, 1, 4}}, {{3, 4}}}), "float32[2, 3]");
  EXPECT_EQ(einsum("ii->i", {{{3, 3}}}), "float32[3]");
}

TEST(InferEinsum, RefusesEquationsThatAreNone) {
  EXPECT_THAT(einsum("a->aa", {std::nullopt}), HasSubstr("gives the output the axis 'a' twice"));
  EXPECT_THAT(einsum("a->ab", {std::nullopt}), HasSubstr("gives the output the axis 'b', which no input has"));
  EXPECT_THAT(einsum("\u00e9->", {{{3}}}), HasSubstr("has the term '\u00e9'; a term has letters"));
  EXPECT_THAT(einsum("a,b", {{{3}}}), HasSubstr("has 2 terms for 1 inputs"));
}

TEST(InferEinsum, RefusesShapesThatDoNotFit) {
  EXPECT_THAT(einsum("ij,jk", {{{2, 3}}, {{4, 5}}}),
              HasSubstr("input #1 'Inputs' is float32[4, 5], so that axis 'j' has the extent 4, but 3 elsewhere"));
  EXPECT_THAT(einsum("ii->", {{{3, 1}}}),
              HasSubstr("is float32[3, 1], so that axis 'i' has the extents 3 and 1; on one diagonal"));
  EXPECT_THAT(einsum("...i,...i", {{{2, 4}}, {{3, 4}}}), HasSubstr("so that '...' has the shape [3], which cannot"));
}

}  // namespace
}  // namespace mortise
