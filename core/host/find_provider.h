// Finding what a configuration means by a provider: the plugin's library, and the provider's descriptor inside.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/host/plugin_library.h"
#include "core/host/registry.h"
#include "mortise/core/config.h"

namespace mortise {

inline constexpr std::string_view kReferenceProvider = "org.mortise.reference";

struct FoundProvider {
  std::shared_ptr<PluginLibrary> library;
  const mortise_provider_descriptor_t* descriptor = nullptr;  // lives as long as the library
};

// Loads the library; touches no device. `folder` is where relative paths begin. Without an id the provider is the
// library's first. Errors say what is missing and where it was looked for.
Result<FoundProvider> find_provider(const ProviderConfig& provider, const Registry& registry,
                                    const std::filesystem::path& folder);

// The provider's options, checked against its schema and completed with its defaults. index is the provider's place in
// the configuration, for the JSON pointers of errors.
Result<std::string> complete_options(const FoundProvider& found, const ProviderConfig& provider, size_t index);

}  // namespace mortise
