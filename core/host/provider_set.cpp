#include "core/host/provider_set.h"

#include "core/host/find_provider.h"

namespace mortise {
namespace {

Status open_member(ProviderSet::Member& member, FoundProvider found, const std::string& options, HostContext& host) {
  MORTISE_ASSIGN(std::shared_ptr<ProviderInstance> instance,
                 ProviderInstance::create(std::move(found.library), member.config.id, options, host));
  MORTISE_TRY(instance->open());
  member.instance = std::move(instance);
  return {};
}

// Fails for what is no failure of the provider: options that its schema does not allow.
Status find_and_open(ProviderSet::Member& member, const Registry& registry, const std::filesystem::path& folder,
                     HostContext& host, size_t index) {
  auto found = find_provider(member.config, registry, folder);
  if (!found.ok()) {
    member.problem = std::move(found).status();
    return {};
  }
  member.library = found->library->name();
  member.config.id = found->descriptor->id;
  const auto options = complete_options(*found, member.config, index);
  if (!options.ok() && options.status().code() == StatusCode::kInvalidArgument) return options.status();
  member.problem = options.ok() ? open_member(member, std::move(*found), *options, host) : options.status();
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
  const auto open = [&](ProviderConfig provider, size_t index) -> Status {
    ProviderSet::Member& member = set.members.emplace_back(ProviderSet::Member{.config = std::move(provider)});
    MORTISE_TRY(find_and_open(member, registry, config.folder, host, index));
    if (member.problem.ok()) return {};
    if (member.config.on_failure == OnFailure::kError) return std::move(member.problem);
    host.log().warning("provider '{}' is not used: {}", member.config.id, member.problem.message());
    return {};
  };

  ProviderConfig reference{.id = std::string(kReferenceProvider)};
  size_t reference_index = config.providers.size();
  for (size_t i = 0; i < config.providers.size(); ++i) {
    if (config.providers[i].id == kReferenceProvider) {
      reference.options = config.providers[i].options;
      reference_index = i;
    } else {
      MORTISE_TRY(open(config.providers[i], i));
    }
  }
  reference.on_failure = OnFailure::kError;
  if (config.session.accumulate == Accumulate::kF64) reference.options = R"({"accumulate": "f64"})";
  MORTISE_TRY(open(std::move(reference), reference_index));
  return set;
}

}  // namespace mortise
