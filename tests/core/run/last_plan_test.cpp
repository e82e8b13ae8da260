// What a kernel keeps for the shapes of its last run is good for runs of other shapes at the same time.
#include <gtest/gtest.h>

#include <thread>

#include "mortise/core/session.h"
#include "tests/support/model_text.h"

namespace mortise {
namespace {

TEST(LastPlan, IsRightWhereRunsOfManyShapesAreOpenAtOnce) {
  const std::string bytes = test::model_bytes(
      "g (float[i, j] x, float[j, k] z) => (float[i, k] y) { y = Einsum <equation = \"ij,jk->ik\"> (x, z) }");
  auto session = Session::load(LoadInput{.bytes = std::as_bytes(std::span(bytes))});
  ASSERT_TRUE(session.ok()) << session.status().message();
  const auto run = [&](int64_t extent) {
    const std::vector<float> ones(static_cast<size_t>(extent * extent), 1.0F);
    const std::vector<Value> inputs(2, Tensor::of<float>({extent, extent}, std::span<const float>(ones)));
    for (int i = 0; i < 100; ++i) {
      std::vector<Value> outputs(1);
      const Status status = session->run(inputs, outputs);
      ASSERT_TRUE(status.ok()) << status.message();
      ASSERT_EQ(outputs[0].tensor.shape(), (Shape{extent, extent}));
      for (const float sum : outputs[0].tensor.elements<float>()) ASSERT_EQ(sum, static_cast<float>(extent));
    }
  };
  std::vector<std::thread> threads;
  for (const int64_t extent : {1, 2, 2, 5}) threads.emplace_back(run, extent);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace mortise
