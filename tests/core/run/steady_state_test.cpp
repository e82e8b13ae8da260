// A steady-state run of a static-shape model with bound outputs allocates nothing.
#include <gtest/gtest.h>

#include "mortise/core/session.h"
#include "tests/support/allocations.h"
#include "tests/support/model_text.h"

namespace mortise {
namespace {

TEST(SteadyState, AllocatesNothingWhenStepsRunAtTheSameTime) {
  // Two branches of different providers, each large enough for a task.
  const std::string bytes = test::model_bytes(R"(g (float[262144] x) => (float[262144] y) {
    a = Neg(x)
    b = Abs(x)
    y = Sub(b, a)
  })");
  Config config;
  config.session.threads = 2;
  config.session.enable.emplace();
  config.providers.push_back({.id = "org.mortise.test.host", .library = MORTISE_RENDEZVOUS});
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes)), .config = config});
  ASSERT_TRUE(session.ok()) << session.status().message();
  const std::vector<Value> inputs = {Tensor::allocate(DType::kF32, {262144}).value()};
  std::vector<Value> outputs = {Tensor::allocate(DType::kF32, {262144}).value()};
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(session->run(inputs, outputs).ok());
  const uint64_t before = test::allocations();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(session->run(inputs, outputs).ok());
  EXPECT_EQ(test::allocations() - before, 0u);
}

TEST(SteadyState, AllocatesNothingForAnEinsumOfTheSameShapes) {
  const std::string bytes = test::model_bytes(R"(g (float[4, 5] x, float[5, 6] z, float[6, 3] w) => (float[4, 3] y) {
    y = Einsum <equation = "ij,jk,kl->il"> (x, z, w)
  })");
  Config config;
  config.session.threads = 1;
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes)), .config = config});
  ASSERT_TRUE(session.ok()) << session.status().message();
  std::vector<Value> inputs;
  for (const Shape& shape : {Shape{4, 5}, Shape{5, 6}, Shape{6, 3}}) {
    inputs.emplace_back(Tensor::of<float>(shape, std::vector<float>(static_cast<size_t>(shape.num_elements()), 1.0F)));
  }
  std::vector<Value> outputs = {Tensor::allocate(DType::kF32, {4, 3}).value()};
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(session->run(inputs, outputs).ok());
  const uint64_t before = test::allocations();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(session->run(inputs, outputs).ok());
  EXPECT_EQ(test::allocations() - before, 0u);
}

TEST(SteadyState, AllocatesNothing) {
  Config config;
  config.session.threads = 1;
  auto session = Session::load(std::string(MORTISE_SOURCE_DIR) + "/examples/digits/digits.onnx", config);
  ASSERT_TRUE(session.ok()) << session.status().message();
  const std::vector<Value> inputs = {
      Tensor::of<float>({1, 1, 8, 8}, std::span<const float>(std::vector<float>(64, 0.25f)))};
  std::vector<Value> outputs = {Tensor::allocate(DType::kF32, {1, 10}).value()};
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(session->run(inputs, outputs).ok());
  const uint64_t before = test::allocations();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(session->run(inputs, outputs).ok());
  EXPECT_EQ(test::allocations() - before, 0u);
}

}  // namespace
}  // namespace mortise
