#include "conformance/engine/settings.h"

#include <nlohmann/json.hpp>

namespace mortise::conformance {

nlohmann::json to_json(const Settings& settings) {
  nlohmann::json vectors = nlohmann::json::array();
  for (const std::filesystem::path& folder : settings.vectors) vectors.push_back(folder.string());
  return {{"plugin", settings.plugin.string()},
          {"provider", settings.provider},
          {"options", settings.options},
          {"seed", settings.seed},
          {"graphs", settings.graphs},
          {"vectors", vectors},
          {"artifacts", settings.artifacts.string()},
          {"token", settings.token}};
}

Result<Settings> parse_settings(std::string_view text) {
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    Settings settings;
    settings.plugin = json.at("plugin").get<std::string>();
    settings.provider = json.at("provider").get<std::string>();
    settings.options = json.at("options").get<std::string>();
    settings.seed = json.at("seed").get<uint64_t>();
    settings.graphs = json.at("graphs").get<uint32_t>();
    for (const auto& folder : json.at("vectors")) settings.vectors.emplace_back(folder.get<std::string>());
    settings.artifacts = json.at("artifacts").get<std::string>();
    settings.token = json.at("token").get<std::string>();
    return settings;
  } catch (const nlohmann::json::exception& e) {
    return invalid_argument("not the settings of a run: ", e.what());
  }
}

}  // namespace mortise::conformance
