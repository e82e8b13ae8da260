// Identity, and with it the harness.
#include <gmock/gmock.h>

#include "tests/support/run_op.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;

TEST(Identity, CopiesTensor) {
  const auto y = run_op({.op = "Identity", .inputs = {Tensor::of<float>({2}, {1, 2})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(1, 2));
}

TEST(Identity, CopiesStrings) {
  const auto y = run_op({.op = "Identity", .inputs = {Tensor::strings({2}, {"a", "bc"})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(strings((*y)[0]), ElementsAre("a", "bc"));
}

TEST(Identity, CopiesSequence) {
  const auto y = run_op(
      {.op = "Identity", .version = 16, .inputs = {Value(ValueKind::kSequence, {Tensor::of<int64_t>({1}, {7})})}});
  ASSERT_TRUE(y.ok()) << y.status().message();
  ASSERT_EQ((*y)[0].elements.size(), 1u);
  EXPECT_THAT(elements<int64_t>((*y)[0].elements[0]), ElementsAre(7));
}

TEST(Provider, DeclinesUnknownOperator) {
  const auto y = run_op({.op = "Frobnicate", .inputs = {Tensor::of<float>({1}, {1})}});
  EXPECT_EQ(y.status().code(), StatusCode::kUnimplemented);
  EXPECT_EQ(y.status().message(), "there is no kernel for ai.onnx.Frobnicate");
}

}  // namespace
}  // namespace mortise::test
