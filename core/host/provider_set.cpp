#include "core/host/provider_set.h"

#include "core/config/options.h"
#include "core/host/registry.h"
#include "providers/reference/entry.h"

namespace mortise {
namespace {

Result<std::shared_ptr<PluginLibrary>> load_library(const ProviderConfig& provider, const Registry& registry,
                                                    const std::filesystem::path& folder) {
  if (!provider.library.empty()) {
    MORTISE_ASSIGN(const std::filesystem::path path, registry.find_library(provider.library, folder));
    return PluginLibrary::load(path);
  }
  if (provider.id == kReferenceProvider)
    return PluginLibrary::built_in(reference::entry(), "built-in reference provider");
  if (const Manifest* manifest = registry.find(provider.id)) return PluginLibrary::load(manifest->library);
  std::string known;
  for (const Manifest& manifest : registry.manifests()) known += (known.empty() ? "" : ", ") + manifest.id;
  return make_error(
      StatusCode::kNotFound, "no provider '", provider.id, "' is installed",
      known.empty() ? std::string(" (no manifest was found)") : " (installed: " + known + ")",
      "; name its library in the configuration, or set MORTISE_PROVIDER_PATH to the folder of its manifest");
}

Status open_member(ProviderSet::Member& member, const Registry& registry, const std::filesystem::path& folder,
                   HostContext& host, size_t index) {
  MORTISE_ASSIGN(std::shared_ptr<PluginLibrary> library, load_library(member.config, registry, folder));
  member.library = library->name();
  if (member.config.id.empty()) member.config.id = library->descriptors().front()->id;
  const mortise_provider_descriptor_t* descriptor = library->find(member.config.id);
  if (descriptor == nullptr) {
    return make_error(StatusCode::kNotFound, library->name(), ": has no provider '", member.config.id, "'; it has '",
                      library->descriptors().front()->id, "'");
  }
  MORTISE_ASSIGN(const std::string options, complete_options(descriptor->options_schema, member.config.options,
                                                             concat("/providers/", index, "/options")));
  MORTISE_ASSIGN(std::shared_ptr<ProviderInstance> instance,
                 ProviderInstance::create(std::move(library), member.config.id, options, host));
  MORTISE_TRY(instance->open());
  member.instance = std::move(instance);
  return {};
}

}  // namespace

std::vector<std::shared_ptr<ProviderInstance>> ProviderSet::usable() const {
  std::vector<std::shared_ptr<ProviderInstance>> instances;
  for (const Member& member : members) {
    if (member.instance != nullptr) instances.push_back(member.instance);
  }
  return instances;
}

Result<ProviderSet> open_providers(const Config& config, HostContext& host) {
  const Registry registry = Registry::scan(default_manifest_folders());
  ProviderSet set;
  for (const ProviderConfig& provider : config.providers) {
    if (provider.id != kReferenceProvider) set.members.push_back({.config = provider});
  }
  ProviderConfig reference{.id = std::string(kReferenceProvider), .on_failure = OnFailure::kError};
  if (config.session.accumulate == Accumulate::kF64) reference.options = R"({"accumulate": "f64"})";
  set.members.push_back({.config = reference});

  for (size_t i = 0; i < set.members.size(); ++i) {
    ProviderSet::Member& member = set.members[i];
    member.problem = open_member(member, registry, config.folder, host, i);
    if (member.problem.ok()) continue;
    if (member.config.on_failure == OnFailure::kError) return std::move(member.problem);
    host.log().warning("provider '{}' is not used: {}", member.config.id, member.problem.message());
  }
  return set;
}

}  // namespace mortise
