// Device memory through the raw ABI: what a host may do, and what it is told when it does anything else.
#include <dlfcn.h>
#include <gmock/gmock.h>

#include <array>
#include <stdexcept>

#include "mortise/all.h"
#include "tests/plugins/vulkan/faulty_loader.h"
#include "tests/plugins/vulkan/vulkan_session.h"

namespace mortise::test {
namespace {

std::vector<std::string> log_lines;  // of the one provider that is open
constexpr mortise_host_log_t kLog = {
    .log = [](const mortise_host_t*, uint32_t, const char* message) { log_lines.emplace_back(message); },
    .min_severity = [](const mortise_host_t*) { return static_cast<uint32_t>(MORTISE_LOG_WARNING); },
};

class VulkanMemory : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    log_lines.clear();
    void* library = dlopen(MORTISE_VULKAN_PLUGIN, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr);
    const auto& entry = *static_cast<const mortise_plugin_entry_t*>(dlsym(library, "mortise_entry"));
    const auto& factory = *static_cast<const mortise_provider_factory_t*>(entry.get_factory(MORTISE_FACTORY_PROVIDER));
    ASSERT_EQ(
        factory.create(&factory, &host_, "org.mortise.vulkan", faulty_options(GetParam()).c_str(), &provider_, &error_),
        MORTISE_OK)
        << error_.message;
    ASSERT_EQ(provider_->open(provider_, &error_), MORTISE_OK) << error_.message;
    memory_ = static_cast<const mortise_provider_device_memory_t*>(
        provider_->get_extension(provider_, MORTISE_EXT_DEVICE_MEMORY));
    ASSERT_NE(memory_, nullptr);
    ASSERT_TRUE(memory_->get_kind(provider_, 0, &kind_));
  }
  void TearDown() override {
    if (provider_ == nullptr) return;
    provider_->close(provider_);
    provider_->destroy(provider_);
    expect_clean(log_lines);
  }
  void* allocate(uint64_t size) {
    void* handle = nullptr;
    EXPECT_EQ(memory_->allocate(provider_, kind_.kind, size, &handle, &error_), MORTISE_OK) << error_.message;
    return handle;
  }
  mortise_status copy_in(void* handle, uint64_t offset, uint64_t size) {
    return memory_->copy_in(provider_, kind_.kind, handle, offset, bytes_.data(), size, &error_);
  }

  mortise_host_t host_{.host_data = nullptr,
                       .abi_version = MORTISE_VERSION_INIT,
                       .name = "test",
                       .version = "1",
                       .get_extension = [](const mortise_host_t*, const char* id) -> const void* {
                         return std::string_view(id) == MORTISE_EXT_LOG ? &kLog : nullptr;
                       }};
  const mortise_provider_t* provider_ = nullptr;
  const mortise_provider_device_memory_t* memory_ = nullptr;
  mortise_memory_kind_t kind_{};
  mortise_error_t error_{};
  std::array<char, 64> bytes_{"what goes in comes out"};
};

INSTANTIATE_TEST_SUITE_P(Pools, VulkanMemory, testing::Values("\"staging\": false", "\"staging\": true"),
                         [](const auto& info) { return info.index == 0 ? "mapped" : "staging"; });

TEST_P(VulkanMemory, GivesBackWhatWasCopiedIn) {
  void* first = allocate(1);
  void* handle = allocate(100);
  ASSERT_EQ(copy_in(handle, 30, 64), MORTISE_OK) << error_.message;
  std::array<char, 64> back{};
  ASSERT_EQ(memory_->copy_out(provider_, kind_.kind, handle, 30, back.data(), 64, &error_), MORTISE_OK);
  EXPECT_EQ(back, bytes_);
  if ((kind_.flags & MORTISE_MEMORY_HOST_VISIBLE) != 0) {
    EXPECT_STREQ(static_cast<const char*>(handle) + 30, bytes_.data());
  }
  memory_->release(provider_, kind_.kind, first);
  memory_->release(provider_, kind_.kind, handle);
}

TEST_P(VulkanMemory, RefusesWhatIsNotItsOwn) {
  void* handle = allocate(40);
  EXPECT_EQ(copy_in(handle, 1, 40), MORTISE_OUT_OF_RANGE);
  EXPECT_EQ(copy_in(handle, UINT64_MAX, 2), MORTISE_OUT_OF_RANGE);
  EXPECT_EQ(copy_in(static_cast<char*>(handle) + 1, 0, 1), MORTISE_INVALID_ARGUMENT);
  EXPECT_EQ(copy_in(bytes_.data(), 0, 1), MORTISE_INVALID_ARGUMENT);
  EXPECT_EQ(memory_->copy_in(provider_, kind_.kind + 1, handle, 0, bytes_.data(), 1, &error_),
            MORTISE_INVALID_ARGUMENT);
  memory_->release(provider_, kind_.kind, handle);
  EXPECT_EQ(copy_in(handle, 0, 1), MORTISE_INVALID_ARGUMENT);
  memory_->release(provider_, kind_.kind, handle);
}

TEST_P(VulkanMemory, CopiesAfterACopyThatFailed) {
  void* handle = allocate(64);
  loader_faults().command_buffers_to_fail = 2;
  const bool staged = (kind_.flags & MORTISE_MEMORY_HOST_VISIBLE) == 0;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(MORTISE_STATUS_CODE(copy_in(handle, 0, 64)), staged ? MORTISE_RESOURCE_EXHAUSTED : MORTISE_OK);
  }
  loader_faults().command_buffers_to_fail = 0;
  ASSERT_EQ(copy_in(handle, 0, 64), MORTISE_OK) << error_.message;
  std::array<char, 64> back{};
  ASSERT_EQ(memory_->copy_out(provider_, kind_.kind, handle, 0, back.data(), 64, &error_), MORTISE_OK);
  EXPECT_EQ(back, bytes_);
  memory_->release(provider_, kind_.kind, handle);
}

TEST_P(VulkanMemory, SaysThatASizeIsTooLarge) {
  void* handle = nullptr;
  EXPECT_EQ(memory_->allocate(provider_, kind_.kind, UINT64_MAX, &handle, &error_), MORTISE_RESOURCE_EXHAUSTED);
  EXPECT_THAT(error_.message, testing::HasSubstr("more than"));
}

}  // namespace
}  // namespace mortise::test
