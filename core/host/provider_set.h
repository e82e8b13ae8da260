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

  // Those that can be used, in order.
  std::vector<std::shared_ptr<ProviderInstance>> usable() const;
};

Result<ProviderSet> open_providers(const Config& config, HostContext& host);

}  // namespace mortise
