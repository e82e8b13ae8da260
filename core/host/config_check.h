// Checks a configuration against the machine that it is to run on: what its own schema cannot know.
//
// Loads the plugins that the configuration names but touches no device and no model, so a finding of kWarning is
// something that a session would go on without, kError something that it would fail for.
#pragma once

#include <string>
#include <vector>

#include "core/host/registry.h"
#include "mortise/core/config.h"

namespace mortise {

struct ConfigFinding {
  enum class Kind {
    kWarning,
    kUnusable,  // a provider that must not fail cannot be loaded: another machine may do better
    kError,     // wrong on every machine
  };
  Kind kind = Kind::kWarning;
  std::string text;  // begins with the JSON pointer of the place
};

struct CheckedProvider {
  std::string id;
  std::string library;  // empty: not found
  std::string options;  // JSON, defaults included; empty: not found or wrong
};

struct ConfigCheck {
  std::vector<CheckedProvider> providers;  // in the configuration's order
  std::vector<ConfigFinding> findings;
};

ConfigCheck check_config(const Config& config, const Registry& registry);

}  // namespace mortise
