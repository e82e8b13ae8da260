// The file of compiled pipelines: kept from one start to the next, and replaced where it is not what was kept. (lavapipe
// keeps no more than a header in it.)
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/plugins/vulkan/faulty_loader.h"
#include "tests/plugins/vulkan/vulkan_session.h"

namespace mortise::test {
namespace {

namespace fs = std::filesystem;

class VulkanCacheFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("vulkan-cache-" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override {
    loader_faults().refuses_cache_data = false;
    fs::remove_all(folder_);
  }

  // Opens the device, compiles and closes it; the bytes that the driver was given to begin with.
  size_t start() {
    const auto loaded = load_vulkan("g (float[3] x) => (float[3] y) { y = Neg(x) }", 20,
                                    faulty_options(R"("cache_directory": ")" + folder_.string() + "\""));
    EXPECT_EQ(loaded->session->providers().front().problem, "");
    const size_t given = loader_faults().cache_data_size;
    loaded->session.reset();
    expect_clean(loaded->log);
    log_ = loaded->log;
    return given;
  }
  // The one file in the folder.
  fs::path file() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder_)) files.push_back(entry.path());
    if (files.size() != 1) throw std::runtime_error(std::to_string(files.size()) + " files");
    return files[0];
  }
  std::string content() const {
    std::ifstream stream(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void replace(const std::string& content) const { std::ofstream(file(), std::ios::binary) << content; }

  fs::path folder_;
  std::vector<std::string> log_;
};

TEST_F(VulkanCacheFile, IsReusedByTheNextStart) {
  EXPECT_EQ(start(), 0u);
  EXPECT_GE(start(), 32u);
  EXPECT_GE(content().size(), 32u);
}

TEST_F(VulkanCacheFile, IsReplacedIfItIsDamaged) {
  start();
  const std::string good = content();
  std::string flipped = good;
  flipped.back() ^= 1;
  std::string huge = good;
  huge[15] = 0x7f;  // the length
  for (const std::string& bad : {std::string(), good.substr(0, 20), good.substr(0, good.size() - 1), good + "x",
                                 flipped, huge, std::string(good.size(), 'x')}) {
    replace(bad);
    EXPECT_EQ(start(), 0u);
    EXPECT_EQ(content(), good);
  }
}

TEST_F(VulkanCacheFile, IsReplacedIfTheDriverRefusesIt) {
  start();
  const std::string good = content();
  loader_faults().refuses_cache_data = true;
  start();
  EXPECT_EQ(loader_faults().cache_data_size, 0u);
  EXPECT_EQ(content(), good);
}

TEST_F(VulkanCacheFile, IsReadOnlyIfItIsAFile) {
  start();
  const fs::path path = file();
  fs::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(start(), 0u);
  EXPECT_TRUE(fs::is_regular_file(path));
  // Nothing that is too large to be a cache.
  fs::resize_file(path, uint64_t{1} << 30);
  EXPECT_EQ(start(), 0u);
  EXPECT_LT(fs::file_size(path), uint64_t{1} << 20);
}

TEST_F(VulkanCacheFile, IsMissedWithAWarningWhereTheFolderIs) {
  fs::remove(folder_);
  start();
  EXPECT_THAT(testing::PrintToString(log_),
              testing::HasSubstr("see that the folder in option 'cache_directory' exists"));
}

}  // namespace
}  // namespace mortise::test
