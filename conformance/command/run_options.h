// The options that say what is run: shared by the subcommands that run cases or list them.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "conformance/engine/runner.h"
#include "conformance/engine/shard.h"

namespace mortise::conformance {

// Makes the folder; ends with kBadUsage, naming the option, where it cannot be written to.
void make_folder(std::string_view option, const std::filesystem::path& folder);

struct RunOptions {
  std::string plugin;
  Settings settings;
  std::vector<std::string> suites;  // empty: those that run by default
  std::string filter;               // RE2, anywhere in the name
  std::filesystem::path artifacts;  // as the command line names it, made absolute; empty: conformance-artifacts here
  std::optional<Shard> shard;       // part_of() sets it where the command line does not
  RunnerOptions runner;

  // Adds what the catalogue depends on: --seed, --budget, --vectors.
  void add_catalogue(CLI::App& command);
  // Adds that, and what chooses cases: --suite, --filter, --shard.
  void add_choice(CLI::App& command);
  // Adds the plugin and how it is run.
  void add_plugin(CLI::App& command);
  // Completes the settings: absolute paths, a token. Ends with kBadUsage, naming the option, where something is wrong.
  void complete();
  // The same of what the catalogue depends on, which is enough where no plugin is run.
  void complete_catalogue();
  // Whether the suite was asked for, by name or by default.
  bool wants(std::string_view suite) const;
  // The chosen cases of all shards, in the catalogue's order. Ends with kBadUsage for an unknown suite or a bad
  // expression.
  std::vector<const Case*> choose(const Catalogue& catalogue) const;
  // Those of this shard, which --shard or else the environment names. Ends with kBadUsage if that is no shard.
  std::vector<const Case*> part_of(std::span<const Case* const> cases);
};

}  // namespace mortise::conformance
