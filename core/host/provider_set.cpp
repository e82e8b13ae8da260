#include "core/host/provider_set.h"

#include "core/host/find_provider.h"

namespace mortise {
namespace {

Status open_member(ProviderSet::Member& member, const Registry& registry, const std::filesystem::path& folder,
                   HostContext& host, size_t index) {
  MORTISE_ASSIGN(FoundProvider found, find_provider(member.config, registry, folder));
  member.library = found.library->name();
  member.config.id = found.descriptor->id;
  MORTISE_ASSIGN(const std::string options, complete_options(found, member.config, index));
  MORTISE_ASSIGN(std::shared_ptr<ProviderInstance> instance,
                 ProviderInstance::create(std::move(found.library), member.config.id, options, host));
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
  const auto open = [&](ProviderConfig provider, size_t index) -> Status {
    ProviderSet::Member& member = set.members.emplace_back(ProviderSet::Member{.config = std::move(provider)});
    member.problem = open_member(member, registry, config.folder, host, index);
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
