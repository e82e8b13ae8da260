// check_required(): the promises of a configuration, kept or not.
#include "core/plan/match.h"
#include "core/plan/partition.h"

namespace mortise::plan {

namespace {
constexpr size_t kMaxNamed = 10;
}  // namespace

Status check_required(const Graph& graph, const Plan& plan, std::span<const ProviderClaims> claims,
                      std::span<const RequireRule> rules) {
  for (const RequireRule& rule : rules) {
    uint64_t matched = 0, placed = 0;
    std::string offenders;
    for (NodeId id = 0; id < graph.num_nodes(); ++id) {
      if (rule.op && !matches_op(*rule.op, graph.node(id))) continue;
      ++matched;
      const uint32_t provider = plan.decisions[id].provider;
      if (provider < claims.size() && claims[provider].provider_id == rule.provider) {
        ++placed;
      } else if (matched - placed <= kMaxNamed) {
        offenders += concat("\n  ", describe(graph, id), ": ", to_string(plan.decisions[id].rule));
      }
    }
    const double least = rule.min_fraction.value_or(1.0) * static_cast<double>(matched);
    if (static_cast<double>(placed) >= least) continue;
    return make_error(StatusCode::kFailedPrecondition, placed, " of ", matched, " nodes run on '", rule.provider,
                      "', fewer than a require rule asks; relax the rule or see why:", offenders);
  }
  return {};
}

}  // namespace mortise::plan
