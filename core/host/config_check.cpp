#include "core/host/config_check.h"

#include "core/config/nearest.h"
#include "core/host/find_provider.h"
#include "core/optimize/pass.h"

namespace mortise {
namespace {

using Kind = ConfigFinding::Kind;

class Checker {
 public:
  Checker(const Config& config, const Registry& registry) : config_(config), registry_(registry) {}

  ConfigCheck run() {
    for (size_t i = 0; i < config_.providers.size(); ++i) check_provider(i);
    check_rules();
    check_passes();
    return std::move(result_);
  }

 private:
  template <class... Parts>
  void find(Kind kind, const Parts&... parts) {
    result_.findings.push_back({kind, concat(parts...)});
  }

  void check_provider(size_t index) {
    const ProviderConfig& provider = config_.providers[index];
    CheckedProvider& checked = result_.providers.emplace_back(CheckedProvider{.id = provider.id});
    const auto found = find_provider(provider, registry_, config_.folder);
    const auto options = found.ok() ? complete_options(*found, provider, index) : Result<std::string>(found.status());
    if (found.ok()) checked.library = found->library->name();
    if (options.ok()) {
      checked.options = *options;
    } else if (found.ok() && options.status().code() == StatusCode::kInvalidArgument) {
      find(Kind::kError, options.status().message());
    } else {
      find(provider.on_failure == OnFailure::kError ? Kind::kUnusable : Kind::kWarning, "/providers/", index, ": ",
           options.status().message(), "; its options are not checked");
    }
  }

  // A rule about a provider that the configuration does not have decides nothing; the command line may still add it.
  void check_rules() {
    std::vector<std::string> ids = {std::string(kReferenceProvider)};
    for (const ProviderConfig& provider : config_.providers) ids.push_back(provider.id);
    const auto check_id = [&](const std::string& id, const std::string& pointer) {
      if (std::find(ids.begin(), ids.end(), id) != ids.end()) return;
      find(Kind::kWarning, pointer, ": '", id, "' is not among /providers", did_you_mean(id, ids));
    };
    for (size_t i = 0; i < config_.placement.size(); ++i) {
      const PlacementRule& rule = config_.placement[i];
      const std::string at = concat("/placement/", i);
      if (rule.match.provider) check_id(*rule.match.provider, at + "/match/provider");
      if (rule.pin) check_id(*rule.pin, at + "/pin");
      for (size_t j = 0; rule.allow && j < rule.allow->size(); ++j)
        check_id((*rule.allow)[j], concat(at, "/allow/", j));
      for (size_t j = 0; j < rule.deny.size(); ++j) check_id(rule.deny[j], concat(at, "/deny/", j));
    }
    for (size_t i = 0; i < config_.require.size(); ++i)
      check_id(config_.require[i].provider, concat("/require/", i, "/provider"));
  }

  void check_passes() {
    std::vector<std::string> names;
    for (const optimize::Pass& pass : optimize::passes()) names.emplace_back(pass.name);
    const auto check_names = [&](const std::vector<std::string>& given, const char* key) {
      for (size_t i = 0; i < given.size(); ++i) {
        if (std::find(names.begin(), names.end(), given[i]) != names.end()) continue;
        find(Kind::kError, "/session/optimize/", key, "/", i, ": there is no pass '", given[i], "'",
             did_you_mean(given[i], names));
      }
    };
    if (config_.session.enable) check_names(*config_.session.enable, "enable");
    check_names(config_.session.disable, "disable");
  }

  const Config& config_;
  const Registry& registry_;
  ConfigCheck result_;
};

}  // namespace

ConfigCheck check_config(const Config& config, const Registry& registry) { return Checker(config, registry).run(); }

}  // namespace mortise
