// Config: what an integrator decides: which providers, in which order, for which nodes, and how a session runs.
//
// Plain data. Read from JSON that is checked against config_schema(); errors name the place by JSON pointer:
// "/providers/0/min_node: unknown key, did you mean 'min_nodes'?". See docs/guide/configuration.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mortise/sdk/result.h"

#pragma GCC visibility push(default)
namespace mortise {

enum class OnFailure { kFallback, kError };

struct ProviderConfig {
  std::string id;
  // Path of the plugin: absolute, relative to the configuration's folder, or a bare file name to be looked for beside
  // the installed plugins. Empty: the plugin is found by id.
  std::string library;
  // Segments with fewer nodes go to the next claimant.
  uint32_t min_nodes = 1;
  OnFailure on_failure = OnFailure::kFallback;
  // A JSON object; checked against the provider's schema and completed when the provider is created.
  std::string options = "{}";
};

// Which nodes a rule is about; every criterion that is given must hold.
struct NodeMatch {
  std::optional<std::string> name;      // glob: '*' any characters, '?' one character
  std::optional<std::string> op;        // "Conv", or "domain::Op"
  std::optional<std::string> provider;  // id of a provider that claims the node
};

struct PlacementRule {
  NodeMatch match;
  std::optional<std::string> pin;                 // this provider or the reference
  std::optional<std::vector<std::string>> allow;  // these only
  std::vector<std::string> deny;                  // not these
};

// A promise that loading a model fails without.
struct RequireRule {
  std::string provider;
  std::optional<std::string> op;       // every node of this operator runs on the provider
  std::optional<double> min_fraction;  // at least this part of all nodes does
};

enum class Accumulate { kNative, kF64 };

struct SessionConfig {
  uint32_t threads = 0;  // 0: as many as the machine has
  // Passes that run: all but `disable`, or exactly `enable` where it is given.
  std::optional<std::vector<std::string>> enable;
  std::vector<std::string> disable;
  std::string profile;  // path of a trace to write at the end (see trace.h); empty: none
  // Folder in which what providers compiled is kept for the next load, relative to the configuration's; empty: nowhere.
  std::string cache;
  uint64_t memory_limit_mib = 0;                // for tensors of all runs; 0: what the machine has
  uint64_t deadline_ms = 0;                     // of a run; 0: none
  Accumulate accumulate = Accumulate::kNative;  // of the reference provider
};

struct Config {
  std::vector<ProviderConfig> providers;  // in order of preference; the reference provider always comes last
  std::vector<PlacementRule> placement;
  std::vector<RequireRule> require;
  SessionConfig session;
  // Where relative library paths begin; set by load().
  std::filesystem::path folder;

  // Errors name JSON pointers; a syntax error names line and column.
  static Result<Config> parse(std::string_view json);
  // Errors begin with the path.
  static Result<Config> load(const std::filesystem::path& path);
};

// The JSON Schema (draft 7) of a configuration.
std::string_view config_schema();

}  // namespace mortise
#pragma GCC visibility pop
