// Manifests, one by one and in folders.
#include "core/host/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace mortise {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::string manifest(const std::string& id, const std::string& library) {
  return R"({"library": ")" + library + R"(", "id": ")" + id + R"(", "abi_version": "1.0"})";
}

class RegistryTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(root_);
  }
  std::filesystem::path write(const std::string& name, const std::string& content) {
    const auto path = root_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << content;
    return path;
  }
  std::filesystem::path root_;
};

TEST(Manifest, FindsTheLibraryBesideItself) {
  const auto parsed = parse_manifest(manifest("com.vendor.npu", "../libnpu.so"), "/opt/x/providers.d/npu.json");
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  EXPECT_EQ(parsed->library, "/opt/x/libnpu.so");
  EXPECT_EQ(parsed->id, "com.vendor.npu");
  EXPECT_EQ(parsed->abi_version.major, 1u);
}

TEST(Manifest, RejectsUnknownMajor) {
  const auto parsed = parse_manifest(R"({"library": "a.so", "id": "a", "abi_version": "2.0"})", "/m.json");
  EXPECT_THAT(parsed.status().message(), HasSubstr("/m.json: /abi_version: the plugin is built for version 2.0"));
}

TEST(Manifest, RejectsWhatIsWrong) {
  const std::pair<const char*, const char*> faults[] = {
      {"", "line 1"},
      {"{}", "is missing"},
      {R"({"library": "a.so", "id": "a", "abi_version": "1"})", "'1' is no version"},
      {R"({"library": "a.so", "id": "a", "abi_version": "1.0.0.0"})", "is no version"},
      {R"({"library": "a.so", "id": "a", "abi_version": "1.x"})", "is no version"},
      {R"({"library": "a.so", "id": "a", "abi_version": "99999999999.0"})", "is no version"},
      {R"({"library": "a.so", "id": "A!", "abi_version": "1.0"})", "/id: 'A!' is not made of"},
      {R"({"library": "", "id": "a", "abi_version": "1.0"})", "/library: "},
      {R"({"library": "a\u0000.so", "id": "a", "abi_version": "1.0"})", "NUL"},
      {R"({"library": "a.so", "libary": "b.so", "id": "a", "abi_version": "1.0"})", "did you mean 'library'?"},
      {R"({"id": "b", "library": "a.so", "id": "a", "abi_version": "1.0"})", "'id' appears twice"},
  };
  for (const auto& [text, fault] : faults) {
    const auto parsed = parse_manifest(text, "/m.json");
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_THAT(parsed.status().message(), HasSubstr(fault)) << text;
  }
}

TEST_F(RegistryTest, KeepsTheGoodOnesBesideABadOne) {
  write("a/1.json", "not JSON");
  write("a/2.json", manifest("good", "libgood.so"));
  write("a/readme.txt", "no manifest");
  const Registry registry = Registry::scan(std::vector{root_ / "a", root_ / "absent"});
  ASSERT_EQ(registry.manifests().size(), 1u);
  EXPECT_EQ(registry.find("good")->library, root_ / "a/libgood.so");
  ASSERT_EQ(registry.problems().size(), 1u);
  EXPECT_THAT(registry.problems()[0].message(), HasSubstr("1.json"));
}

TEST_F(RegistryTest, TakesTheFirstInSortedOrder) {
  write("b/0.json", manifest("x", "late.so"));
  write("a/2.json", manifest("x", "second.so"));
  write("a/1.json", manifest("x", "first.so"));
  const Registry registry = Registry::scan(std::vector{root_ / "a", root_ / "b"});
  EXPECT_EQ(registry.manifests().size(), 1u);
  EXPECT_EQ(registry.find("x")->library.filename(), "first.so");
}

TEST_F(RegistryTest, NeverLooksInARelativeFolder) {
  write("a/1.json", manifest("x", "first.so"));
  const auto previous = std::filesystem::current_path();
  std::filesystem::current_path(root_);
  const Registry registry = Registry::scan(std::vector<std::filesystem::path>{"a", "."});
  std::filesystem::current_path(previous);
  EXPECT_TRUE(registry.manifests().empty());
}

TEST_F(RegistryTest, FindsABareLibraryNameAndSaysWhereItLooked) {
  const auto library = write("a/libx.so", "");
  const Registry registry = Registry::scan(std::vector{root_ / "a"});
  EXPECT_EQ(*registry.find_library("libx.so", {}), library);
  EXPECT_EQ(*registry.find_library("sub/libx.so", root_), root_ / "sub/libx.so");
  EXPECT_EQ(*registry.find_library("/abs/libx.so", root_), "/abs/libx.so");
  EXPECT_THAT(registry.find_library("liby.so", {}).status().message(), HasSubstr((root_ / "a").string()));
}

TEST_F(RegistryTest, TakesAbsoluteFoldersOfTheEnvironment) {
  setenv("MORTISE_PROVIDER_PATH", "/one:relative::/two", 1);
  setenv("XDG_CONFIG_HOME", "/config", 1);
  const auto folders = default_manifest_folders();
  unsetenv("MORTISE_PROVIDER_PATH");
  ASSERT_GE(folders.size(), 4u);
  EXPECT_EQ(folders[0], "/one");
  EXPECT_EQ(folders[1], "/two");
  EXPECT_EQ(folders[2], "/config/mortise/providers.d");
  EXPECT_EQ(folders[3], "/etc/mortise/providers.d");
  EXPECT_THAT(folders, Not(Contains(std::filesystem::path("relative"))));
}

}  // namespace
}  // namespace mortise
