// What a configuration's check finds on a machine: plugins, their options, rules and passes.
#include "core/host/config_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mortise/core/session.h"

namespace mortise {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Kind = ConfigFinding::Kind;

ConfigCheck check(std::string_view json) {
  auto config = Config::parse(json);
  EXPECT_TRUE(config.ok()) << config.status().message();
  const std::filesystem::path folder = std::filesystem::path(MORTISE_MOCK_NPU).parent_path();
  return check_config(*config, Registry::scan({&folder, 1}));
}

auto finding(Kind kind, const std::string& begin) {
  return testing::AllOf(Field(&ConfigFinding::kind, kind), Field(&ConfigFinding::text, StartsWith(begin)));
}

TEST(ConfigCheck, CompletesTheOptionsOfEveryProvider) {
  const ConfigCheck checked = check(R"({"providers": [
    {"id": "org.mortise.mock-npu", "options": {"sram_kib": 64}}, {"id": "org.mortise.reference"}]})");
  EXPECT_THAT(checked.findings, IsEmpty());
  ASSERT_EQ(checked.providers.size(), 2u);
  EXPECT_THAT(checked.providers[0].options, HasSubstr("\"sram_kib\":64"));
  EXPECT_THAT(checked.providers[0].options, HasSubstr("\"precision\":\"fp16\""));
  EXPECT_THAT(checked.providers[0].library, HasSubstr("libmortise_mock_npu.so"));
  EXPECT_EQ(checked.providers[1].options, R"({"accumulate":"native"})");
}

TEST(ConfigCheck, NamesThePlaceOfAWrongOptionAndGoesOn) {
  const ConfigCheck checked = check(R"({"providers": [
    {"id": "org.mortise.mock-npu", "options": {"sram_kb": 64}},
    {"id": "org.mortise.reference", "options": {"accumulate": "f16"}}]})");
  EXPECT_THAT(checked.findings,
              ElementsAre(finding(Kind::kError, "/providers/0/options/sram_kb: unknown key, did you mean 'sram_kib'?"),
                          finding(Kind::kError, "/providers/1/options/accumulate: is none of the allowed values")));
}

TEST(ConfigCheck, FindsWhatASessionRefusesEvenWithFallback) {
  Config config;
  config.providers.push_back({.library = MORTISE_MOCK_NPU, .options = R"({"sram_kb": 64})"});
  const auto session =
      Session::load(LoadInput{.path = MORTISE_SOURCE_DIR "/examples/digits/digits.onnx", .config = config});
  EXPECT_EQ(session.status().message(), "/providers/0/options/sram_kb: unknown key, did you mean 'sram_kib'?");
}

TEST(ConfigCheck, TellsAnAbsentPluginByWhatASessionWouldDo) {
  const ConfigCheck checked = check(R"({"providers": [
    {"id": "com.vendor.npu"}, {"id": "com.vendor.gpu", "library": "libgpu.so", "on_failure": "error"}]})");
  EXPECT_THAT(checked.findings,
              ElementsAre(finding(Kind::kWarning, "/providers/0: no provider 'com.vendor.npu' is installed"),
                          finding(Kind::kUnusable, "/providers/1: no plugin 'libgpu.so'")));
}

TEST(ConfigCheck, WarnsOfRulesAboutProvidersThatAreNotThere) {
  const ConfigCheck checked = check(R"({
    "providers": [{"id": "org.mortise.mock-npu"}],
    "placement": [{"match": {"provider": "org.mortise.mock-gpu"}, "pin": "org.mortise.mock-npu"},
                  {"match": {"op": "Conv"}, "allow": ["org.mortise.reference", "x"], "deny": ["y"]}],
    "require": [{"provider": "z", "op": "Conv"}]})");
  EXPECT_THAT(checked.findings,
              ElementsAre(finding(Kind::kWarning,
                                  "/placement/0/match/provider: 'org.mortise.mock-gpu' is not among /providers, "
                                  "did you mean 'org.mortise.mock-npu'?"),
                          finding(Kind::kWarning, "/placement/1/allow/1: 'x'"),
                          finding(Kind::kWarning, "/placement/1/deny/0: 'y'"),
                          finding(Kind::kWarning, "/require/0/provider: 'z'")));
}

TEST(ConfigCheck, KnowsThePasses) {
  EXPECT_THAT(check(R"({"session": {"optimize": {"enable": ["fold_constants", "drop_dead_node"]}}})").findings,
              ElementsAre(finding(Kind::kError,
                                  "/session/optimize/enable/1: there is no pass 'drop_dead_node', did you "
                                  "mean 'drop_dead_nodes'?")));
  EXPECT_THAT(check(R"({"session": {"optimize": {"disable": ["fold_everything_away"]}}})").findings,
              ElementsAre(finding(Kind::kError, "/session/optimize/disable/0: there is no pass")));
}

}  // namespace
}  // namespace mortise
