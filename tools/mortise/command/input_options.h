// The options by which every subcommand that runs a model is given its inputs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mortise/core/session.h"
#include "tools/mortise/command/command.h"

namespace mortise::tool {

struct InputOptions {
  std::vector<std::string> inputs;  // NAME=FILE
  std::optional<uint64_t> random;

  // --input, --random
  void add_to(CLI::App& command);
  // The values that they add up to, in the order of the session's inputs; ends the program with kBadUsage if they do
  // not fit. model: its file, for messages.
  std::vector<Value> load(const std::string& model, const Session& session) const;
};

}  // namespace mortise::tool
