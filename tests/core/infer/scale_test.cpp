// Inference is linear in the graph: a chain of 100,000 nodes, some of which compute shapes.
#include <gtest/gtest.h>

#include "tests/core/infer/graph_builder.h"

namespace mortise {
namespace {

TEST(InferScale, FollowsALongChain) {
  GraphBuilder b;
  ValueId x = b.input("x", DType::kF32, Dims{b.symbol("batch"), known_dim(4)});
  for (int i = 0; i < 25'000; ++i) {
    x = b.node("Reshape", {b.node("Relu", {x}), b.node("Shape", {b.node("Add", {x, x})})});
  }
  EXPECT_EQ(b.infer(), "float32[batch, 4]");
}

}  // namespace
}  // namespace mortise
