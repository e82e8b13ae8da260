// The options by which every subcommand that loads a model chooses its providers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mortise/core/config.h"
#include "tools/mortise/command/command.h"

namespace mortise::tool {

struct SessionOptions {
  std::string config;
  std::vector<std::string> providers;
  std::optional<uint32_t> threads;

  // --config, --provider, --threads
  void add_to(CLI::App& command);
  // The configuration that they add up to; ends the program with kBadUsage if it is wrong.
  Config load() const;
};

}  // namespace mortise::tool
