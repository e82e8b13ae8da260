// The device: what is said where there is none, memory that the host sees and memory that it does not, faults.
#include <gmock/gmock.h>

#include "tests/plugins/vulkan/vulkan_session.h"

namespace mortise::test {
namespace {

using testing::HasSubstr;

constexpr const char* kModel = "g (float[2,3] x) => (float[2,3] y) { t = Neg(x)\n y = Exp(t) }";

std::string problem_with(const std::string& options) {
  return load_vulkan(kModel, 20, options)->session->providers().front().problem;
}

TEST(VulkanDevice, SaysThatThereIsNoLoader) {
  EXPECT_THAT(problem_with(R"({"loader": "libnowhere.so.7"})"), HasSubstr("no Vulkan loader on this machine"));
}

TEST(VulkanDevice, SaysThatALibraryIsNoLoader) {
  EXPECT_THAT(problem_with(R"({"loader": "libdl.so.2"})"), HasSubstr("is no Vulkan loader"));
}

TEST(VulkanDevice, TakesSoftwareOnlyOnRequest) {
  EXPECT_THAT(problem_with(R"({"device": "llvmpipe"})"), HasSubstr("(software)); option 'allow_software'"));
}

TEST(VulkanDevice, NamesTheDevicesWhereNoneIsMeant) {
  EXPECT_THAT(problem_with(vulkan_options().replace(0, 1, R"({"tiling": "auto", )")), "");
  EXPECT_THAT(problem_with(R"({"allow_software": true, "device": "Voodoo"})"), HasSubstr("'device' = 'Voodoo' names"));
}

TEST(VulkanDevice, CopiesThroughStagingMemory) {
  expect_as_reference(kModel, {.dispatches = 1}, 20, {}, vulkan_options(R"("staging": true)"));
}

TEST(VulkanDevice, IsReplacedWhenItIsLost) {
  const auto loaded = load_vulkan(kModel, 20, vulkan_options(R"("device_lost_at": 2)"));
  const std::map<std::string, Value> inputs = {{"x", random_tensor(DType::kF32, {2, 3}, 1)}};
  const auto before = loaded->session->run(inputs), during = loaded->session->run(inputs);
  ASSERT_TRUE(before.ok() && during.ok()) << during.status().message();
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(before->at("y").tensor.elements<float>()[i], during->at("y").tensor.elements<float>()[i], 1e-5);
  }
  EXPECT_THAT(full(loaded->session->placement()), HasSubstr("lost"));
  expect_clean(loaded->log);
}

TEST(VulkanDevice, LeavesTheModelToOthersWhenItIsFull) {
  const auto loaded = load_vulkan(kModel, 20, vulkan_options(R"("oom_at_bytes": 100)"));
  const auto outputs = loaded->session->run({{"x", random_tensor(DType::kF32, {2, 3}, 1)}});
  ASSERT_TRUE(outputs.ok()) << outputs.status().message();
  EXPECT_THAT(testing::PrintToString(loaded->log) + full(loaded->session->placement(), true),
              HasSubstr("device is full"));
  expect_clean(loaded->log);
}

}  // namespace
}  // namespace mortise::test
