// SPDX-License-Identifier: Apache-2.0
//
// MORTISE_PLUGIN(ProviderA, ProviderB): makes a plugin of provider classes.
//
// A provider class derives from sdk::Provider and has
//   static const mortise_provider_descriptor_t kDescriptor;
//   ProviderA(const sdk::Host& host, std::string_view options_json);   // throws std::invalid_argument for bad options
#pragma once

#include <array>

#include "trampoline.h"

namespace mortise::sdk {

template <class... Providers>
struct Plugin {
  static_assert(sizeof...(Providers) > 0, "a plugin has at least one provider");

  static inline const std::array<const mortise_provider_descriptor_t*, sizeof...(Providers)> kDescriptors = {
      &Providers::kDescriptor...};

  static mortise_status create(const mortise_provider_factory_t*, const mortise_host_t* host, const char* provider_id,
                               const char* options_json, const mortise_provider_t** provider,
                               mortise_error_t* error) noexcept {
    *provider = nullptr;
    return guarded(error, [&]() -> Status {
      const std::string_view id = provider_id;
      (try_create<Providers>(id, host, options_json, provider) || ...);
      if (*provider != nullptr) return {};
      return make_error(StatusCode::kNotFound, "this plugin has no provider '", id, "'");
    });
  }

  template <class P>
  static bool try_create(std::string_view id, const mortise_host_t* host, const char* options_json,
                         const mortise_provider_t** provider) {
    if (id != P::kDescriptor.id) return false;
    *provider = detail::hand_out(P::kDescriptor, std::make_unique<P>(Host(host), std::string_view(options_json)));
    return true;
  }

  static constexpr mortise_provider_factory_t kFactory = {
      .count = [](const mortise_provider_factory_t*) noexcept { return static_cast<uint32_t>(sizeof...(Providers)); },
      .descriptor = [](const mortise_provider_factory_t*, uint32_t index) noexcept
      -> const mortise_provider_descriptor_t* { return index < kDescriptors.size() ? kDescriptors[index] : nullptr; },
      .create = create,
  };

  static constexpr mortise_plugin_entry_t kEntry = {
      .abi_version = MORTISE_VERSION_INIT,
      .init = [](const char*, mortise_error_t*) noexcept -> mortise_status { return MORTISE_OK; },
      .deinit = []() noexcept {},
      .get_factory = [](const char* factory_id) noexcept -> const void* {
        return std::string_view(factory_id) == MORTISE_FACTORY_PROVIDER ? &kFactory : nullptr;
      },
  };
};

}  // namespace mortise::sdk

// Once per plugin, at namespace scope, outside any namespace.
#define MORTISE_PLUGIN(...) \
  extern "C" MORTISE_EXPORT const mortise_plugin_entry_t mortise_entry = ::mortise::sdk::Plugin<__VA_ARGS__>::kEntry
