// ProviderSet: the providers of a session, opened in the order of the configuration, the reference provider last.
//
// A provider that cannot be used is left out with its reason and one warning, unless the configuration says that its
// failure is an error. Options that its schema does not allow are always one: the configuration's, not the provider's.
// The reference provider takes its options from the configuration if it is listed there.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/host/provider_instance.h"
#include "mortise/core/config.h"

namespace mortise {

struct ProviderSet {
  struct Member {
    ProviderConfig config;
    std::string library;                         // path, or the name of what is linked in
    std::shared_ptr<ProviderInstance> instance;  // null if it cannot be used
    Status problem;                              // why not
  };
  std::vector<Member> members;
  std::shared_ptr<infer::CustomOperators> operators;  // that the members bring

  // Those that can be used, in order.
  std::vector<std::shared_ptr<ProviderInstance>> usable() const;
};

// plugins: linked into the application. Their providers may be configured like installed ones; those that are not come
// after the configured ones.
Result<ProviderSet> open_providers(const Config& config, HostContext& host,
                                   std::span<const mortise_plugin_entry_t* const> plugins = {});

}  // namespace mortise
