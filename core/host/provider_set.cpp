#include "core/host/provider_set.h"

#include <algorithm>

#include "core/host/find_provider.h"

namespace mortise {
namespace {

Status open_member(ProviderSet::Member& member, FoundProvider found, const std::string& options, HostContext& host,
                   infer::CustomOperators& operators) {
  MORTISE_ASSIGN(std::shared_ptr<ProviderInstance> instance,
                 ProviderInstance::create(std::move(found.library), member.config.id, options, host));
  MORTISE_TRY(instance->open());
  if (instance->operators() != nullptr) {
    // All of them or, where one is wrong, none.
    infer::CustomOperators own;
    MORTISE_TRY(instance->add_operators(own));
    operators.merge(std::move(own));
  }
  member.instance = std::move(instance);
  return {};
}

using Libraries = std::vector<std::shared_ptr<PluginLibrary>>;

Result<FoundProvider> find(const ProviderConfig& provider, const Libraries& linked, const Registry& registry,
                           const std::filesystem::path& folder) {
  if (provider.library.empty()) {
    for (const std::shared_ptr<PluginLibrary>& library : linked) {
      if (const auto* descriptor = library->find(provider.id)) return FoundProvider{library, descriptor};
    }
  }
  return find_provider(provider, registry, folder);
}

// Fails for what is no failure of the provider: options that its schema does not allow.
Status open_found(ProviderSet::Member& member, Result<FoundProvider> found, HostContext& host, size_t index,
                  infer::CustomOperators& operators) {
  if (!found.ok()) {
    member.problem = std::move(found).status();
    return {};
  }
  member.library = found->library->name();
  member.config.id = found->descriptor->id;
  const auto options = complete_options(*found, member.config, index);
  if (!options.ok() && options.status().code() == StatusCode::kInvalidArgument) return options.status();
  member.problem = options.ok() ? open_member(member, std::move(*found), *options, host, operators) : options.status();
  return {};
}

Result<Libraries> link_plugins(std::span<const mortise_plugin_entry_t* const> plugins) {
  Libraries linked;
  for (size_t i = 0; i < plugins.size(); ++i) {
    if (plugins[i] == nullptr) return invalid_argument("plugin ", i, " of the application is null");
    MORTISE_ASSIGN(std::shared_ptr<PluginLibrary> library,
                   PluginLibrary::built_in(*plugins[i], concat("plugin ", i, " of the application")));
    linked.push_back(std::move(library));
  }
  return linked;
}

// The configured providers, then those of the application that are not among them.
std::vector<ProviderConfig> list_providers(const Config& config, const Libraries& linked) {
  std::vector<ProviderConfig> providers;
  const auto listed = [&](std::string_view id) {
    return std::any_of(providers.begin(), providers.end(), [&](const ProviderConfig& p) { return p.id == id; });
  };
  for (const ProviderConfig& provider : config.providers) providers.push_back(provider);
  for (const std::shared_ptr<PluginLibrary>& library : linked) {
    for (const mortise_provider_descriptor_t* descriptor : library->descriptors()) {
      if (!listed(descriptor->id)) providers.push_back({.id = descriptor->id});
    }
  }
  return providers;
}

}  // namespace

std::vector<std::shared_ptr<ProviderInstance>> ProviderSet::usable() const {
  std::vector<std::shared_ptr<ProviderInstance>> instances;
  for (const Member& member : members) {
    if (member.instance != nullptr) instances.push_back(member.instance);
  }
  return instances;
}

Result<ProviderSet> open_providers(const Config& config, HostContext& host,
                                   std::span<const mortise_plugin_entry_t* const> plugins) {
  const Registry registry = Registry::scan(default_manifest_folders());
  MORTISE_ASSIGN(const Libraries linked, link_plugins(plugins));
  ProviderSet set;
  set.operators = std::make_shared<infer::CustomOperators>();
  const auto open = [&](ProviderConfig provider, size_t index) -> Status {
    ProviderSet::Member& member = set.members.emplace_back(ProviderSet::Member{.config = std::move(provider)});
    auto found = find(member.config, linked, registry, config.folder);
    MORTISE_TRY(open_found(member, std::move(found), host, index, *set.operators));
    if (member.problem.ok()) return {};
    if (member.config.on_failure == OnFailure::kError) return std::move(member.problem);
    host.log().warning("provider '{}' is not used: {}", member.config.id, member.problem.message());
    return {};
  };

  const std::vector<ProviderConfig> providers = list_providers(config, linked);
  ProviderConfig reference{.id = std::string(kReferenceProvider)};
  size_t reference_index = providers.size();
  for (size_t i = 0; i < providers.size(); ++i) {
    if (providers[i].id == kReferenceProvider) {
      reference.options = providers[i].options;
      reference_index = i;
    } else {
      MORTISE_TRY(open(providers[i], i));
    }
  }
  reference.on_failure = OnFailure::kError;
  if (config.session.accumulate == Accumulate::kF64) reference.options = R"({"accumulate": "f64"})";
  MORTISE_TRY(open(std::move(reference), reference_index));
  return set;
}

}  // namespace mortise
