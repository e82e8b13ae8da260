// `mortise providers`: the providers that are installed, and whether their devices are there.
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "core/host/provider_set.h"
#include "core/host/registry.h"
#include "tools/mortise/command/command.h"

namespace mortise::tool {
namespace {

void list_providers(bool as_json) {
  const Registry registry = Registry::scan(default_manifest_folders());
  Config config;
  for (const Manifest& manifest : registry.manifests()) config.providers.push_back({.id = manifest.id});
  HostContext host({.min_severity = Severity::kError});
  auto set = open_providers(config, host);
  if (!set.ok()) fail(kFailed, set.status().message());
  nlohmann::json report = nlohmann::json::array();
  for (const ProviderSet::Member& member : set->members) {
    const bool usable = member.instance != nullptr;
    const std::string device = usable ? member.instance->describe() : "";
    report.push_back({{"id", member.config.id},
                      {"library", member.library},
                      {"usable", usable},
                      {"device", device},
                      {"problem", member.problem.message()}});
    if (!as_json)
      fmt::print("{}\n  {}\n  {}\n", member.config.id, member.library,
                 usable ? device : "not usable: " + member.problem.message());
  }
  if (as_json) fmt::print("{}\n", report.dump(2));
  for (const Status& problem : registry.problems()) fmt::print(stderr, "mortise: {}\n", problem.message());
}

}  // namespace

void add_providers(CLI::App& app) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("providers", "List the installed providers and their devices");
  command->add_flag("--json", *json, "Print JSON");
  command->footer(
      "Examples:\n  mortise providers\n  MORTISE_PROVIDER_PATH=/opt/vendor/providers.d mortise providers --json");
  command->callback([json] { list_providers(*json); });
}

}  // namespace mortise::tool
