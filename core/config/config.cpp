#include "mortise/core/config.h"

#include "core/config/json.h"
#include "core/config/schema_check.h"

namespace mortise {

namespace {

using nlohmann::json;

// The readers below see only what the schema has let pass.

template <class T>
void read(const json& object, const char* key, T& target) {
  if (const auto found = object.find(key); found != object.end()) target = found->get<T>();
}
template <class T>
void read(const json& object, const char* key, std::optional<T>& target) {
  if (const auto found = object.find(key); found != object.end()) target = found->get<T>();
}

ProviderConfig read_provider(const json& object) {
  ProviderConfig provider;
  read(object, "id", provider.id);
  read(object, "library", provider.library);
  read(object, "min_nodes", provider.min_nodes);
  if (object.value("on_failure", "") == "error") provider.on_failure = OnFailure::kError;
  if (const auto options = object.find("options"); options != object.end()) provider.options = options->dump();
  return provider;
}

PlacementRule read_placement(const json& object) {
  PlacementRule rule;
  const json& match = object["match"];
  read(match, "name", rule.match.name);
  read(match, "op", rule.match.op);
  read(match, "provider", rule.match.provider);
  read(object, "pin", rule.pin);
  read(object, "allow", rule.allow);
  read(object, "deny", rule.deny);
  return rule;
}

RequireRule read_require(const json& object) {
  RequireRule rule;
  read(object, "provider", rule.provider);
  read(object, "op", rule.op);
  read(object, "min_fraction", rule.min_fraction);
  return rule;
}

SessionConfig read_session(const json& object) {
  SessionConfig session;
  read(object, "threads", session.threads);
  read(object, "profile", session.profile);
  read(object, "cache", session.cache);
  read(object, "memory_limit_mib", session.memory_limit_mib);
  read(object, "deadline_ms", session.deadline_ms);
  if (object.value("accumulate", "") == "f64") session.accumulate = Accumulate::kF64;
  if (const auto optimize = object.find("optimize"); optimize != object.end()) {
    if (optimize->is_object()) {
      read(*optimize, "enable", session.enable);
      read(*optimize, "disable", session.disable);
    } else if (*optimize == "none") {
      session.enable.emplace();
    }
  }
  return session;
}

// What a schema cannot say.
Status check_providers(const std::vector<ProviderConfig>& providers) {
  for (size_t i = 0; i < providers.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (providers[j].id != providers[i].id) continue;
      return invalid_argument("/providers/", i, "/id: '", providers[i].id, "' is in /providers/", j,
                              " already; keep one");
    }
  }
  return {};
}

Status check_placement(const std::vector<PlacementRule>& rules) {
  for (size_t i = 0; i < rules.size(); ++i) {
    const PlacementRule& rule = rules[i];
    if (rule.pin || rule.allow || !rule.deny.empty()) continue;
    return invalid_argument("/placement/", i, ": the rule decides nothing; add 'pin', 'allow' or 'deny'");
  }
  return {};
}

}  // namespace

Result<Config> Config::parse(std::string_view text) {
  static const json schema = json::parse(config_schema());
  MORTISE_ASSIGN(const json document, parse_json(text));
  MORTISE_TRY(check_against_schema(schema, document, ""));
  Config config;
  for (const json& object : document.value("providers", json::array()))
    config.providers.push_back(read_provider(object));
  for (const json& object : document.value("placement", json::array()))
    config.placement.push_back(read_placement(object));
  for (const json& object : document.value("require", json::array())) config.require.push_back(read_require(object));
  config.session = read_session(document.value("session", json::object()));
  MORTISE_TRY(check_providers(config.providers));
  MORTISE_TRY(check_placement(config.placement));
  return config;
}

Result<Config> Config::load(const std::filesystem::path& path) {
  MORTISE_ASSIGN(const std::string text, read_text_file(path.string()));
  Result<Config> config = parse(text);
  if (!config.ok()) return std::move(config).status().context(path.string());
  std::error_code code;
  config->folder = std::filesystem::absolute(path, code).parent_path();
  return config;
}

}  // namespace mortise
