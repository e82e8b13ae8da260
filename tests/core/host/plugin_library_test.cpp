// What the host says about broken plugins, and that a good one beside them works.
#include "core/host/plugin_library.h"

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/host/provider_instance.h"
#include "providers/reference/entry.h"

namespace mortise {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path kFolder = MORTISE_BROKEN_PLUGINS;

std::filesystem::path plugin(const std::string& name) { return kFolder / (name + ".so"); }

std::string load_error(const std::filesystem::path& path) {
  const auto loaded = PluginLibrary::load(path);
  EXPECT_FALSE(loaded.ok()) << path;
  return loaded.status().message();
}

Result<std::shared_ptr<ProviderInstance>> create_good(const std::string& name, HostContext& host) {
  MORTISE_ASSIGN(auto library, PluginLibrary::load(plugin(name)));
  return ProviderInstance::create(std::move(library), "org.mortise.test.plugin", "{}", host);
}

std::filesystem::path write_file(const std::string& name, const std::string& content) {
  const auto path = std::filesystem::path(testing::TempDir()) / name;
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct BrokenPlugin {
  const char* name;
  const char* fault;
};

class BrokenPluginTest : public testing::TestWithParam<BrokenPlugin> {};

TEST_P(BrokenPluginTest, IsRefusedWithASentenceAndTheGoodOneStillLoads) {
  const auto path = plugin(GetParam().name);
  const std::string error = load_error(path);
  EXPECT_THAT(error, HasSubstr(path.string()));
  EXPECT_THAT(error, HasSubstr(GetParam().fault));
  HostContext host;
  const auto good = create_good("good", host);
  ASSERT_TRUE(good.ok()) << good.status().message();
  EXPECT_TRUE((*good)->open().ok());
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenPluginTest,
    testing::Values(
        BrokenPlugin{"no_symbol", "exports no symbol 'mortise_entry'"},
        BrokenPlugin{"too_old",
                     "is built for version 0.9.0 of the plugin interface, this host has 1.0.0; install a newer build"},
        BrokenPlugin{
            "too_new",
            "is built for version 2.0.0 of the plugin interface, this host has 1.0.0; install a newer Mortise"},
        BrokenPlugin{"null_entry_function", "mortise_entry has no function 'get_factory'"},
        BrokenPlugin{"init_fails", "init() failed: the driver's kernel module is not loaded"},
        BrokenPlugin{"init_throws", "an exception escaped from the plugin: no licence found"},
        BrokenPlugin{"no_factory", "has no factory 'mortise.provider-factory/1'"},
        BrokenPlugin{"null_create", "the provider factory has no function 'create'"},
        BrokenPlugin{"no_providers", "has no providers: its factory's count() is 0"},
        BrokenPlugin{"null_descriptor", "the descriptor of provider 0: is null"},
        BrokenPlugin{"bad_id", "the id 'Vendor NPU!' is not made of lower-case letters"},
        BrokenPlugin{"null_id", "'id' is null"}, BrokenPlugin{"bad_schema", "options_schema is not JSON: line 1"},
        BrokenPlugin{"bad_concurrency", "concurrency 77 does not exist"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(PluginLibrary, RefusesAFileThatIsMissing) {
  EXPECT_THAT(load_error(plugin("absent")), HasSubstr("there is no such file"));
}

TEST(PluginLibrary, RefusesAFolder) { EXPECT_THAT(load_error(kFolder), HasSubstr("is no regular file")); }

TEST(PluginLibrary, RefusesATextFile) {
  EXPECT_THAT(load_error(write_file("text.so", "hello")), HasSubstr("is no shared library"));
  EXPECT_THAT(load_error(write_file("empty.so", "")), HasSubstr("is no shared library"));
}

TEST(PluginLibrary, RefusesALibraryThatIsCutAnywhere) {
  const std::string whole = read_file(plugin("good"));
  ASSERT_GT(whole.size(), 4096u);
  for (const size_t size : {size_t{5}, size_t{63}, size_t{64}, size_t{200}, size_t{1000}, size_t{4096}}) {
    EXPECT_THAT(load_error(write_file("cut.so", whole.substr(0, size))), HasSubstr("truncated or damaged")) << size;
  }
}

TEST(PluginLibrary, RefusesAnotherArchitectureByName) {
  std::string bytes = read_file(plugin("good"));
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  header.e_machine = header.e_machine == EM_AARCH64 ? EM_X86_64 : EM_AARCH64;
  std::memcpy(bytes.data(), &header, sizeof header);
  const std::string error = load_error(write_file("foreign.so", bytes));
  EXPECT_THAT(error, HasSubstr(header.e_machine == EM_AARCH64 ? "is built for arm64" : "is built for x86-64"));

  bytes = read_file(plugin("good"));
  bytes[EI_CLASS] = ELFCLASS32;
  EXPECT_THAT(load_error(write_file("small.so", bytes)), HasSubstr("is built for 32-bit "));
}

TEST(PluginLibrary, IsSharedWhileItIsInUseAndLoadsAgainAfterwards) {
  auto first = PluginLibrary::load(plugin("good"));
  auto second = PluginLibrary::load(kFolder / "." / "good.so");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->get(), second->get());
  first = second = Status(StatusCode::kCancelled, "released");
  EXPECT_TRUE(PluginLibrary::load(plugin("good")).ok());
}

TEST(PluginLibrary, LoadsAndReleasesFromManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 50; ++i) EXPECT_TRUE(PluginLibrary::load(plugin("good")).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(PluginLibrary, TakesTheReferenceProviderAsABuiltInPlugin) {
  auto library = PluginLibrary::built_in(reference::entry(), "reference");
  ASSERT_TRUE(library.ok()) << library.status().message();
  HostContext host;
  const std::string id = (*library)->descriptors()[0]->id;
  auto provider = ProviderInstance::create(*library, id, R"({"accumulate": "native"})", host);
  ASSERT_TRUE(provider.ok()) << provider.status().message();
  ASSERT_TRUE((*provider)->open().ok());
  EXPECT_NE((*provider)->values(), nullptr);
  EXPECT_FALSE((*provider)->describe().empty());
}

TEST(ProviderInstance, NamesTheProvidersThatThereAre) {
  HostContext host;
  const auto made = ProviderInstance::create(*PluginLibrary::load(plugin("good")), "org.other", "{}", host);
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.status().message(), HasSubstr("has no provider 'org.other'; it has 'org.mortise.test.plugin'"));
}

TEST(ProviderInstance, RefusesAProviderWithoutAFunction) {
  HostContext host;
  EXPECT_THAT(create_good("null_claim", host).status().message(), HasSubstr("has no function 'claim'"));
}

TEST(ProviderInstance, RefusesSuccessWithoutAProvider) {
  HostContext host;
  EXPECT_THAT(create_good("create_gives_null", host).status().message(), HasSubstr("gave no provider"));
}

TEST(ProviderInstance, RefusesASessionThatIsNone) {
  HostContext host;
  const mortise_compile_request_t request{};
  for (const auto& [name, fault] :
       {std::pair{"null_session", "gave no session"}, {"null_run", "has no function 'run'"}}) {
    auto provider = create_good(name, host);
    ASSERT_TRUE(provider.ok() && (*provider)->open().ok());
    const auto session = (*provider)->compile(request);
    ASSERT_FALSE(session.ok());
    EXPECT_THAT(session.status().message(), HasSubstr(fault));
  }
}

TEST(ProviderInstance, TurnsAnExceptionIntoAnErrorThatNamesTheProvider) {
  HostContext host;
  auto provider = create_good("claim_throws", host);
  ASSERT_TRUE(provider.ok() && (*provider)->open().ok());
  const Status status = (*provider)->claim({}, {});
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_EQ(status.message(), "provider 'org.mortise.test.plugin': an exception escaped from the plugin: out of luck");
}

TEST(ProviderInstance, SaysSomethingWhereTheProviderSaysNothing) {
  HostContext host;
  auto provider = create_good("good", host);
  ASSERT_TRUE(provider.ok() && (*provider)->open().ok());
  const auto session = (*provider)->compile({});
  EXPECT_EQ(session.status().code(), StatusCode::kUnimplemented);
  EXPECT_EQ(session.status().message(), "provider 'org.mortise.test.plugin': unimplemented");
}

TEST(ProviderInstance, GivesNoWorkToAProviderInQuarantineAndKeepsTheFirstReason) {
  HostContext host;
  auto provider = create_good("good", host);
  ASSERT_TRUE(provider.ok() && (*provider)->open().ok());
  EXPECT_TRUE((*provider)->claim({}, {}).ok());
  (*provider)->quarantine(Status(StatusCode::kDeviceLost, "unplugged"));
  (*provider)->quarantine(Status(StatusCode::kInternal, "later"));
  EXPECT_EQ((*provider)->claim({}, {}).message(), "unplugged");
}

}  // namespace
}  // namespace mortise
