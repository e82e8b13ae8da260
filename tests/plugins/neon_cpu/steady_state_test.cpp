// A run with shapes that were there before allocates nothing.
#include <gtest/gtest.h>

#include "tests/plugins/neon_cpu/neon_model.h"
#include "tests/support/allocations.h"

namespace mortise::test {
namespace {

TEST(NeonSteadyState, AllocatesNothing) {
  NeonModel model;
  model.input("x", {1, 3, 24, 24});
  model.node("Conv", {"x", model.weights({8, 3, 3, 3}), model.weights({8})}, "a");
  model.node("Relu", {"a"}, "b");
  model.node("MaxPool", {"b"}, "c", {{"kernel_shape", Dims{2, 2}}, {"strides", Dims{2, 2}}});
  model.node("Transpose", {"c"}, "d", {{"perm", Dims{0, 2, 3, 1}}});
  model.node("Softmax", {"d"}, "e");
  model.node("Concat", {"e", "d"}, "f", {{"axis", int64_t{3}}});
  model.node("Reshape", {"f", model.ints({121, 16})}, "g");
  model.node("LayerNormalization", {"g", model.weights({16})}, "h");
  model.node("MatMul", {"h", model.weights({16, 5})}, "i");
  model.node("Exp", {"i"}, "j");
  model.node("ReduceSum", {"j", model.ints({0})}, "y");
  model.output("y");
  Session session = model.load_neon();
  ASSERT_EQ(nodes_on_neon(session), 11u);
  const std::vector<Value> inputs = {random_tensor({1, 3, 24, 24})};
  std::vector<Value> outputs = {Tensor::allocate(DType::kF32, {1, 5}).value()};
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(session.run(inputs, outputs).ok());
  const uint64_t before = allocations();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(session.run(inputs, outputs).ok());
  EXPECT_EQ(allocations() - before, 0u);
}

}  // namespace
}  // namespace mortise::test
