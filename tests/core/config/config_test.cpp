// What a configuration means, and what is said about a wrong one.
#include "mortise/core/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/config/json.h"

namespace mortise {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string error_of(std::string_view text) {
  const auto config = Config::parse(text);
  EXPECT_FALSE(config.ok()) << text;
  return config.status().message();
}

TEST(Config, ReadsEveryPart) {
  const auto parsed = Config::parse(R"({
    "providers": [
      { "id": "org.mortise.mock-npu", "library": "libmortise_mock_npu.so", "min_nodes": 2,
        "on_failure": "error", "options": { "sram_kib": 512 } },
      { "id": "org.mortise.neon" }
    ],
    "placement": [
      { "match": { "name": "/decoder/*" }, "deny": ["org.mortise.mock-npu"] },
      { "match": { "op": "Conv", "provider": "a" }, "pin": "a", "allow": [] }
    ],
    "require": [ { "op": "Conv", "provider": "a" }, { "provider": "b", "min_fraction": 0.95 } ],
    "session": { "threads": 2, "optimize": { "disable": ["cse"] }, "profile": "run.trace.json",
                 "memory_limit_mib": 64, "deadline_ms": 100, "accumulate": "f64" }
  })");
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  const Config& config = *parsed;
  ASSERT_EQ(config.providers.size(), 2u);
  EXPECT_EQ(config.providers[0].library, "libmortise_mock_npu.so");
  EXPECT_EQ(config.providers[0].min_nodes, 2u);
  EXPECT_EQ(config.providers[0].on_failure, OnFailure::kError);
  EXPECT_EQ(config.providers[0].options, R"({"sram_kib":512})");
  EXPECT_EQ(config.providers[1].id, "org.mortise.neon");
  EXPECT_EQ(config.providers[1].min_nodes, 1u);
  EXPECT_EQ(config.providers[1].on_failure, OnFailure::kFallback);
  ASSERT_EQ(config.placement.size(), 2u);
  EXPECT_EQ(config.placement[0].match.name, "/decoder/*");
  EXPECT_THAT(config.placement[0].deny, ElementsAre("org.mortise.mock-npu"));
  EXPECT_FALSE(config.placement[0].allow.has_value());
  EXPECT_EQ(config.placement[1].pin, "a");
  EXPECT_TRUE(config.placement[1].allow.has_value() && config.placement[1].allow->empty());
  ASSERT_EQ(config.require.size(), 2u);
  EXPECT_EQ(config.require[0].op, "Conv");
  EXPECT_EQ(config.require[1].min_fraction, 0.95);
  EXPECT_EQ(config.session.threads, 2u);
  EXPECT_THAT(config.session.disable, ElementsAre("cse"));
  EXPECT_FALSE(config.session.enable.has_value());
  EXPECT_EQ(config.session.profile, "run.trace.json");
  EXPECT_EQ(config.session.memory_limit_mib, 64u);
  EXPECT_EQ(config.session.deadline_ms, 100u);
  EXPECT_EQ(config.session.accumulate, Accumulate::kF64);
}

TEST(Config, IsAllDefaultsWhenItIsEmpty) {
  const auto config = Config::parse("{}");
  ASSERT_TRUE(config.ok());
  EXPECT_TRUE(config->providers.empty());
  EXPECT_FALSE(config->session.enable.has_value());
}

TEST(Config, RunsNoPassWhenOptimizeIsNone) {
  const auto config = Config::parse(R"({"session": {"optimize": "none"}})");
  ASSERT_TRUE(config.ok());
  EXPECT_TRUE(config->session.enable.has_value() && config->session.enable->empty());
}

TEST(Config, SuggestsTheNearestKey) {
  EXPECT_EQ(error_of(R"({"providers": [{"id": "a", "min_node": 2}]})"),
            "/providers/0/min_node: unknown key, did you mean 'min_nodes'?");
  EXPECT_EQ(error_of(R"({"sesion": {}})"), "/sesion: unknown key, did you mean 'session'?");
  EXPECT_EQ(error_of(R"({"session": {"optimize": {"disabel": []}}})"),
            "/session/optimize/disabel: unknown key, did you mean 'disable'?");
}

TEST(Config, ListsTheKeysWhereNoneIsNear) {
  EXPECT_EQ(error_of(R"({"placement": [{"match": {"colour": "red"}, "deny": []}]})"),
            "/placement/0/match/colour: unknown key; known are 'name', 'op', 'provider'");
}

TEST(Config, NamesThePlaceOfAWrongValue) {
  EXPECT_THAT(error_of(R"({"session": {"threads": "two"}})"),
              StartsWith("/session/threads: has the wrong type; it is: Number"));
  EXPECT_THAT(error_of(R"({"session": {"threads": -1}})"), StartsWith("/session/threads: expected number greater"));
  EXPECT_THAT(error_of(R"({"session": {"threads": 1e30}})"), StartsWith("/session/threads: "));
  EXPECT_THAT(error_of(R"({"session": {"threads": 1.5}})"), StartsWith("/session/threads: has the wrong type"));
  EXPECT_THAT(error_of(R"({"session": {"optimize": "some"}})"), StartsWith("/session/optimize: "));
  EXPECT_THAT(error_of(R"({"session": {"optimize": {"enable": 3}}})"),
              StartsWith("/session/optimize/enable: has the wrong type"));
  EXPECT_THAT(error_of(R"({"providers": [{"id": "a"}, {"id": "b", "on_failure": "retry"}]})"),
              StartsWith("/providers/1/on_failure: is none of the allowed values; it is: What happens"));
  EXPECT_THAT(error_of(R"({"providers": [{"id": "A B"}]})"),
              StartsWith("/providers/0/id: is not written as it should be"));
  EXPECT_THAT(error_of(R"({"providers": [{}]})"), StartsWith("/providers/0: the key 'id' is missing"));
  EXPECT_THAT(error_of(R"({"require": [{"provider": "a", "min_fraction": 1.5}]})"),
              StartsWith("/require/0/min_fraction: "));
  EXPECT_THAT(error_of(R"({"require": [{"provider": "a"}]})"), StartsWith("/require/0: "));
  EXPECT_THAT(error_of("[]"), StartsWith("/: has the wrong type"));
}

TEST(Config, RefusesRulesThatDecideNothingAndProvidersTwice) {
  EXPECT_THAT(error_of(R"({"placement": [{"match": {"op": "Add"}}]})"),
              StartsWith("/placement/0: the rule decides nothing"));
  EXPECT_THAT(error_of(R"({"providers": [{"id": "a"}, {"id": "a"}]})"),
              StartsWith("/providers/1/id: 'a' is in /providers/0"));
}

TEST(Config, RefusesWhatIsNoStrictJson) {
  EXPECT_THAT(error_of(R"({"session": {}, "session": {}})"), HasSubstr("the key 'session' appears twice"));
  EXPECT_THAT(error_of("{} {}"), StartsWith("line 1, column 4: "));
  EXPECT_THAT(error_of("{\n  \"session\": {,}\n}"), StartsWith("line 2, column 15: "));
  EXPECT_THAT(error_of(""), HasSubstr("line 1"));
  EXPECT_THAT(error_of(std::string(100000, '[')), HasSubstr("nested more than 64 levels"));
  EXPECT_THAT(error_of(R"({"session": {"deadline_ms": 1e999}})"), HasSubstr("1e999"));
  EXPECT_FALSE(error_of("{\"\xff\": 1}").empty());
}

TEST(Config, IsReadFromFilesUpToALimit) {
  const std::string path = (std::filesystem::path(testing::TempDir()) / "config_test_limit.json").string();
  std::ofstream(path) << "{}" << std::string(kMaxJsonBytes - 2, ' ');
  EXPECT_TRUE(Config::load(path).ok());
  std::ofstream(path, std::ios::app) << ' ';
  EXPECT_THAT(Config::load(path).status().message(), HasSubstr("is larger than 16 MiB"));
  // A small one takes little: every load of a model reads the manifests of all plugins.
  std::ofstream(path) << "{}";
  const Result<std::string> text = read_text_file(path);
  ASSERT_TRUE(text.ok());
  EXPECT_LT(text->capacity(), 64u * 1024);
  std::filesystem::remove(path);
}

TEST(Config, LoadsAFileAndRemembersItsFolder) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "config_test.json";
  std::ofstream(path) << R"({"session": {"threads": 3}})";
  const auto config = Config::load(path);
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->folder, path.parent_path());
  std::ofstream(path) << R"({"session": 3})";
  EXPECT_THAT(Config::load(path).status().message(), StartsWith(path.string() + ": /session: has the wrong type"));
  EXPECT_THAT(Config::load(path.string() + ".absent").status().message(), HasSubstr("there is no such file"));
  EXPECT_THAT(Config::load(path.parent_path()).status().message(), HasSubstr("is a folder"));
}

}  // namespace
}  // namespace mortise
