// The order in which Einsum multiplies.
#include "providers/reference/ops/einsum_plan.h"

#include <gmock/gmock.h>

#include <numeric>

#include "tests/providers/reference/einsum_cases.h"

namespace mortise::test {
namespace {

using reference::EinsumIndices;
using testing::HasSubstr;

Result<EinsumIndices> indices_of(const std::string& equation, const std::vector<Shape>& shapes) {
  MORTISE_ASSIGN(const auto parsed, reference::parse_einsum(equation));
  return reference::resolve_einsum(parsed, shapes);
}

// Of each step.
std::vector<double> products_of(const EinsumIndices& indices) {
  const auto steps = reference::plan_einsum(indices).value();
  std::vector<double> products;
  for (const auto& step : steps) {
    products.push_back(static_cast<double>(step.result_size()) * static_cast<double>(step.depth.size()));
  }
  return products;
}
double products_of(const std::string& equation, const std::vector<Shape>& shapes) {
  const std::vector<double> products = products_of(indices_of(equation, shapes).value());
  return std::accumulate(products.begin(), products.end(), 0.0);
}

TEST(EinsumPlan, TakesPairsThatCostLittle) {
  EXPECT_EQ(products_of("ab,bc,cd,de->ae", {{100, 100}, {100, 100}, {100, 100}, {100, 100}}), 3e6);
  // A vector goes through the matrices, whatever their extents, and wherever it stands.
  EXPECT_EQ(products_of("a,ab,bc->c", {{99}, {99, 100}, {100, 100}}), 99e2 + 1e4);
  EXPECT_EQ(products_of("bc,ab,a->c", {{100, 100}, {101, 100}, {101}}), 101e2 + 1e4);
  // Sums come first: 'k' of the left operand.
  EXPECT_EQ(products_of("ijk,jl->il", {{100, 100, 100}, {100, 100}}), 1e6 + 1e6);
  // An outer product comes last, and an axis of extent 1 is none.
  EXPECT_EQ(products_of("ax,ab,cx,cd->bd", {{10, 1}, {10, 20}, {5, 1}, {5, 20}}), 100 + 200 + 400);
}

TEST(EinsumPlan, MakesColumnsOfTheLongerSideWhereTheOtherIsShort) {
  for (const char* equation : {"ab,bc->ac", "bc,ab->ac"}) {
    const bool left = equation[0] == 'a';
    const Shape tall = {1000, 50}, narrow = {50, 2};
    const auto indices = indices_of(equation, {left ? tall : narrow, left ? narrow : tall}).value();
    const auto steps = reference::plan_einsum(indices).value();
    ASSERT_EQ(steps.size(), 1u);
    EXPECT_EQ(steps[0].rows.size(), 2u);
    EXPECT_EQ(steps[0].columns.size(), 1000u);
  }
}

TEST(EinsumPlan, HasNoStepThatCostsMoreThanTheLoopNest) {
  for (uint32_t seed = 0; seed < 1000; ++seed) {
    const EinsumCase einsum = EinsumCases(seed).next();
    double nest = 1;
    for (const int label : einsum.labels()) nest *= static_cast<double>(einsum.extent(label));
    if (nest == 0) continue;
    const std::vector<double> steps = products_of(indices_of(einsum.equation, einsum.shapes).value());
    EXPECT_THAT(steps, testing::Each(testing::Le(nest))) << einsum.equation;
  }
}

TEST(EinsumPlan, RefusesAResultOnTheWayOfMoreElementsThanThereAreNumbers) {
  const Shape square = {1 << 22, 1 << 22};
  const auto indices = indices_of("ab,ac,ad,bc,bd,cd->", {square, square, square, square, square, square});
  ASSERT_TRUE(indices.ok()) << indices.status().message();
  EXPECT_THAT(reference::plan_einsum(*indices).status().message(), HasSubstr("[4194304, 4194304, 4194304]"));
}

}  // namespace
}  // namespace mortise::test
