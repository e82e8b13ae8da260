#include "core/host/find_provider.h"

#include "core/config/options.h"
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

}  // namespace

Result<FoundProvider> find_provider(const ProviderConfig& provider, const Registry& registry,
                                    const std::filesystem::path& folder) {
  FoundProvider found;
  MORTISE_ASSIGN(found.library, load_library(provider, registry, folder));
  const auto first = found.library->descriptors().front();
  found.descriptor = provider.id.empty() ? first : found.library->find(provider.id);
  if (found.descriptor == nullptr) {
    return make_error(StatusCode::kNotFound, found.library->name(), ": has no provider '", provider.id, "'; it has '",
                      first->id, "'");
  }
  return found;
}

Result<std::string> complete_options(const FoundProvider& found, const ProviderConfig& provider, size_t index) {
  return complete_options(found.descriptor->options_schema, provider.options, concat("/providers/", index, "/options"));
}

}  // namespace mortise
