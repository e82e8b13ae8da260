#include "tools/mortise/command/session_options.h"

#include <filesystem>

#include "core/host/config_check.h"

namespace mortise::tool {

void SessionOptions::add_to(CLI::App& command) {
  command.add_option("--config", config, "Configuration file (JSON)");
  command
      .add_option("--provider", providers,
                  "Provider to try first: the id of an installed one, or a plugin's .so; may be repeated")
      ->allow_extra_args(false);  // one each time, so that what follows is not swallowed
  command.add_option("--threads", threads, "Threads that compute; 0: as many as the machine has");
}

Config SessionOptions::load() const {
  Config result;
  if (!config.empty()) {
    auto loaded = Config::load(config);
    if (!loaded.ok()) fail(kBadUsage, loaded.status().message());
    const ConfigCheck checked = check_config(*loaded, Registry::scan(default_manifest_folders()));
    for (const ConfigFinding& finding : checked.findings) {
      if (finding.kind == ConfigFinding::Kind::kError) fail(kBadUsage, config + ": " + finding.text);
    }
    result = std::move(*loaded);
  }
  std::vector<ProviderConfig> given;
  for (const std::string& provider : providers) {
    const bool is_file = provider.find('/') != std::string::npos || provider.ends_with(".so");
    // A provider that the command line names is wanted: its failure is an error.
    given.push_back({.id = is_file ? "" : provider,
                     .library = is_file ? std::filesystem::absolute(provider).string() : "",
                     .on_failure = OnFailure::kError});
  }
  result.providers.insert(result.providers.begin(), given.begin(), given.end());
  if (threads) result.session.threads = *threads;
  return result;
}

}  // namespace mortise::tool
