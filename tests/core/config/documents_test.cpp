// The documents of the configuration say what the product does: every key of the schema with its default, no other key,
// and examples that are valid.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>

#include "core/host/manifest.h"
#include "mortise/core/config.h"

namespace mortise {
namespace {

using nlohmann::json;

std::string read(const std::string& name) {
  std::ifstream file(std::string(MORTISE_SOURCE_DIR) + "/docs/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> json_blocks(const std::string& text) {
  std::vector<std::string> blocks;
  constexpr std::string_view kBegin = "```json\n";
  for (size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at)) {
    at += kBegin.size();
    blocks.push_back(text.substr(at, text.find("```", at) - at));
  }
  return blocks;
}

// "providers[].id" -> its default as JSON, or "" where the schema has none.
void collect(const json& schema, const std::string& path, std::map<std::string, std::string>& keys) {
  json all = schema.value("properties", json::object());
  for (const json& choice : schema.value("anyOf", json::array()))
    all.update(choice.value("properties", json::object()));
  for (const auto& [name, property] : all.items()) {
    std::string key = path.empty() ? name : path + "." + name;
    const bool list = property.contains("items") && property["items"].contains("properties");
    if (list) key += "[]";
    keys[key] = property.contains("default") ? property["default"].dump() : "";
    collect(list ? property["items"] : property, key, keys);
  }
}

TEST(Documents, OfTheConfigurationListEveryKeyWithItsDefault) {
  std::map<std::string, std::string> keys;
  collect(json::parse(config_schema()), "", keys);
  ASSERT_GT(keys.size(), 20u);
  const std::string text = read("spec/config.md");
  const std::regex row("\n\\| `([^`]+)` \\| [^|]* \\|( `([^`]*)`)?");
  std::map<std::string, std::string> documented;
  for (std::sregex_iterator found(text.begin(), text.end(), row), end; found != end; ++found)
    documented[(*found)[1]] = (*found)[3];
  for (const auto& [key, value] : keys) {
    ASSERT_TRUE(documented.contains(key)) << key << " is missing in docs/spec/config.md";
    if (!value.empty()) {
      EXPECT_EQ(documented[key], value) << key;
    }
  }
  for (const auto& [key, value] : documented) EXPECT_TRUE(keys.contains(key)) << key << " is no key of the schema";
}

TEST(Documents, OfTheConfigurationHaveValidExamples) {
  const std::vector<std::string> blocks = json_blocks(read("guide/configuration.md"));
  EXPECT_GE(blocks.size(), 5u);
  for (const std::string& block : blocks) {
    const auto config = Config::parse(block);
    EXPECT_TRUE(config.ok()) << block << config.status().message();
  }
}

TEST(Documents, OfTheManifestHaveAValidExample) {
  const std::vector<std::string> blocks = json_blocks(read("spec/manifest.md"));
  ASSERT_EQ(blocks.size(), 1u);
  const auto manifest = parse_manifest(blocks[0], "/opt/x/providers.d/npu.json");
  ASSERT_TRUE(manifest.ok()) << manifest.status().message();
  EXPECT_EQ(manifest->library, "/opt/x/libvendor_npu.so");
}

}  // namespace
}  // namespace mortise
