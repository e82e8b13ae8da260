// Devices that are odd or that fail, as the faulty loader plays them.
#include <gmock/gmock.h>

#include <thread>

#include "tests/plugins/vulkan/faulty_loader.h"
#include "tests/plugins/vulkan/vulkan_session.h"

namespace mortise::test {
namespace {

using testing::HasSubstr;

constexpr const char* kFaultsModel =
    "g (float[2,3] x) => (float[2,3] y) <float[3] w = {1,2,3}> { t = Mul(x, w)\n y = Exp(t) }";

TEST(VulkanFaults, ChooseMemoryThatBuffersMayLieIn) {
  loader_faults().offers_odd_memory = true;
  expect_as_reference(kFaultsModel, {.dispatches = 1}, 20, {}, faulty_options());
  expect_as_reference(kFaultsModel, {.dispatches = 1}, 20, {}, faulty_options(R"("staging": true)"));
  loader_faults().offers_odd_memory = false;
}

TEST(VulkanFaults, CountADeviceThatNeverSignalsAsLost) {
  const std::map<std::string, Value> inputs = {{"x", random_tensor(DType::kF32, {2, 3}, 1)}};
  const auto loaded = load_vulkan(kFaultsModel, 20, faulty_options(R"("timeout_ms": 150)"));
  loader_faults().never_signals = true;
  const auto outputs = loaded->session->run(inputs);
  loader_faults().never_signals = false;
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  expect_equal(outputs->at("y").tensor, run_reference(kFaultsModel, inputs).at("y").tensor, 1e-5, "y");
  EXPECT_THAT(testing::PrintToString(loaded->log) + full(loaded->session->placement(), true),
              HasSubstr("did not end a submission within 150 ms, as option 'timeout_ms' asks"));
  expect_clean(loaded->log);
}

TEST(VulkanFaults, WaitLessForARunThatIsCancelled) {
  const auto loaded = load_vulkan(kFaultsModel, 20, faulty_options(R"("timeout_ms": 5000)"));
  loader_faults().never_signals = true;
  loader_faults().waits = 0;
  std::atomic<bool> cancel{false};
  std::jthread canceller([&](const std::stop_token& stop) {
    while (loader_faults().waits == 0 && !stop.stop_requested()) std::this_thread::yield();
    cancel = true;
  });
  const auto start = std::chrono::steady_clock::now();
  const auto outputs = loaded->session->run({{"x", random_tensor(DType::kF32, {2, 3}, 1)}}, {.cancel = &cancel});
  const auto end = std::chrono::steady_clock::now();
  canceller.request_stop();
  loader_faults().never_signals = false;
  EXPECT_EQ(outputs.status().code(), StatusCode::kCancelled);
  EXPECT_LT(end - start, std::chrono::seconds(5));
}

// 40 steps are three parts, of which the device is given two before it has ended one.
TEST(VulkanFaults, BeginNoOtherPartOfARunThatIsCancelled) {
  std::string model = "g (float[2,3] t0) => (float[2,3] t40) {";
  for (int i = 0; i < 40; ++i) model += "t" + std::to_string(i + 1) + " = Softmax(t" + std::to_string(i) + ")\n";
  model += "}";
  const std::map<std::string, Value> inputs = {{"t0", random_tensor(DType::kF32, {2, 3}, 1)}};
  const auto loaded = load_vulkan(model, 20, faulty_options());
  loader_faults().submissions = 0;
  const auto whole = loaded->session->run(inputs);
  ASSERT_TRUE(whole.ok()) << whole.status().message();
  expect_equal(whole->at("t40").tensor, run_reference(model, inputs).at("t40").tensor, 1e-5, "t40");
  EXPECT_EQ(loader_faults().submissions, 3);

  loader_faults().submissions = loader_faults().waits = 0;
  loader_faults().never_signals = true;
  std::atomic<bool> cancel{false};
  std::jthread canceller([&](const std::stop_token& stop) {
    while (loader_faults().waits == 0 && !stop.stop_requested()) std::this_thread::yield();
    cancel = true;
    loader_faults().never_signals = false;
  });
  const auto cancelled = loaded->session->run(inputs, {.cancel = &cancel});
  canceller.request_stop();
  EXPECT_EQ(cancelled.status().code(), StatusCode::kCancelled);
  EXPECT_EQ(loader_faults().submissions, 2);

  const auto after = loaded->session->run(inputs);
  ASSERT_TRUE(after.ok()) << after.status().message();
  expect_equal(after->at("t40").tensor, whole->at("t40").tensor, 0, "t40");
  expect_clean(loaded->log);
}

}  // namespace
}  // namespace mortise::test
