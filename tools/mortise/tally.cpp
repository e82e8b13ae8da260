#include "tools/mortise/tally.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/host/find_provider.h"
#include "core/report/plain.h"

namespace mortise::tool {
namespace {

// The core runs control flow only.
bool is_plugin(const std::string& provider) { return provider != kReferenceProvider && provider != "core"; }

}  // namespace

NodeCounts count_nodes(const Placement& placement) {
  NodeCounts counts;
  for (const ProviderPlacement& provider : placement.providers) counts.emplace_back(provider.id, provider.nodes);
  return counts;
}

void Tally::add(const NodeCounts& nodes) {
  ++cases_;
  uint64_t total = 0;
  for (const auto& [provider, count] : nodes) total += count;
  for (const auto& [provider, count] : nodes) {
    auto share =
        std::find_if(shares_.begin(), shares_.end(), [&name = provider](const Share& s) { return s.provider == name; });
    if (share == shares_.end()) share = shares_.insert(share, {.provider = provider});
    share->nodes += count;
    if (count != 0) ++(count == total ? share->all : share->some);
  }
}

std::string Tally::text() const {
  std::string nodes, cases;
  for (const Share& share : shares_) {
    const std::string provider = report::plain(share.provider);
    nodes += fmt::format("{}{} {}", nodes.empty() ? "" : ", ", provider, share.nodes);
    if (is_plugin(share.provider))
      cases += fmt::format("cases by {}: {} entirely, {} in part, {} not at all\n", provider, share.all, share.some,
                           cases_ - share.all - share.some);
  }
  return cases.empty() ? "" : fmt::format("nodes: {}\n{}", nodes, cases);
}

nlohmann::ordered_json Tally::json() const {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const Share& share : shares_) {
    json[share.provider] = {{"nodes", share.nodes},
                            {"entirely", share.all},
                            {"in_part", share.some},
                            {"not_at_all", cases_ - share.all - share.some}};
  }
  return json;
}

}  // namespace mortise::tool
