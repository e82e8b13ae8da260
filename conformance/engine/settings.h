// Settings: what parent and workers of one run have to agree on. Plain data; travels as JSON.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "mortise/sdk/result.h"

namespace mortise::conformance {

struct Settings {
  std::filesystem::path plugin;  // absolute; empty: the reference provider, which is linked in
  std::string provider;          // id; empty: the plugin's first
  std::string options = "{}";    // JSON object, checked and completed against the provider's schema by the worker
  uint64_t seed = 1;
  uint32_t graphs = 2000;                      // number of random graphs
  std::vector<std::filesystem::path> vectors;  // folders with ONNX backend tests
  std::filesystem::path artifacts;             // where failing cases leave models; absolute. Empty: nowhere
  std::string token;                           // of this run, unguessable: part of every answer
};

nlohmann::json to_json(const Settings& settings);
Result<Settings> parse_settings(std::string_view json);

// The plugin as it was given, or the reference provider.
inline constexpr std::string_view kReferencePlugin = "reference";

}  // namespace mortise::conformance
