// Folding through the reference provider.
#include "core/run/evaluate.h"

#include <gmock/gmock.h>

#include "core/optimize/optimize.h"
#include "tests/core/infer/graph_builder.h"

namespace mortise::run {
namespace {

class Evaluate : public testing::Test, protected GraphBuilder {
 protected:
  void SetUp() override {
    auto opened = open_providers({}, host);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    providers = std::move(*opened);
    graph.opsets = {{{}, 13}};
  }

  HostContext host;
  ProviderSet providers;
};

TEST_F(Evaluate, ComputesANodeOfConstants) {
  node("Mul", {ints({2, 3}), ints({5, 7})});
  ASSERT_TRUE(graph.finalize().ok());
  const auto results = make_evaluator(providers, host)(graph, 0);
  ASSERT_TRUE(results.ok()) << results.status().message();
  ASSERT_EQ(results.value().size(), 1u);
  EXPECT_THAT(results.value()[0].elements<int64_t>(), testing::ElementsAre(10, 21));
}

TEST_F(Evaluate, RefusesANodeWithOtherInputs) {
  node("Neg", {input("n", DType::kI64, Dims{known_dim(1)})});
  ASSERT_TRUE(graph.finalize().ok());
  EXPECT_FALSE(make_evaluator(providers, host)(graph, 0).ok());
}

TEST_F(Evaluate, LeavesAnUnknownOperatorInTheGraph) {
  node("Frobnicate", {ints({1})}, {}, {}, Type::tensor(DType::kI64, Shape{1}));
  ASSERT_TRUE(graph.finalize().ok());
  EXPECT_FALSE(make_evaluator(providers, host)(graph, 0).ok());
}

}  // namespace
}  // namespace mortise::run
