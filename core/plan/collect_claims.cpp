#include "core/plan/collect_claims.h"

#include <cstring>
#include <exception>

namespace mortise::plan {

namespace {

// The first fault stays.
mortise_status fault(ProviderClaims& claims, std::string text) {
  if (claims.error.empty()) claims.error = std::move(text);
  return MORTISE_INVALID_ARGUMENT;
}

mortise_status MORTISE_ABI on_claim(const mortise_claim_sink_t* sink, const uint32_t* node_ids, uint64_t count,
                                    const mortise_estimate_t* estimate) {
  auto& claims = *static_cast<ProviderClaims*>(sink->host_data);
  if (count == 0) return MORTISE_OK;
  if (node_ids == nullptr || count > claims.verdicts.size())
    return fault(claims, "claims more nodes than the graph has");
  ClaimGroup group;
  if (estimate != nullptr) group.estimate = *estimate;
  for (uint64_t i = 0; i < count; ++i) {
    const uint32_t id = node_ids[i];
    if (id >= claims.verdicts.size()) return fault(claims, concat("claims node #", id, ", which does not exist"));
    if (claims.verdicts[id].answer == Answer::kClaimed) return fault(claims, concat("claims node #", id, " twice"));
    claims.verdicts[id] = {.answer = Answer::kClaimed};
    group.nodes.push_back(id);
  }
  claims.groups.push_back(std::move(group));
  return MORTISE_OK;
}

mortise_status MORTISE_ABI on_decline(const mortise_claim_sink_t* sink, uint32_t node_id, uint32_t code,
                                      const char* text) {
  auto& claims = *static_cast<ProviderClaims*>(sink->host_data);
  if (node_id >= claims.verdicts.size()) {
    return fault(claims, concat("declines node #", node_id, ", which does not exist"));
  }
  if (claims.verdicts[node_id].answer == Answer::kClaimed) {
    return fault(claims, concat("claims node #", node_id, " and declines it"));
  }
  claims.verdicts[node_id] = {Answer::kDeclined, code, text != nullptr ? text : ""};
  return MORTISE_OK;
}

}  // namespace

ProviderClaims collect_claims(const mortise_provider_t* provider, const mortise_graph_t* graph) {
  ProviderClaims claims;
  claims.provider_id = provider->descriptor->id;
  mortise_graph_info_t info = {};
  graph->get_info(graph, &info);
  claims.verdicts.resize(info.num_nodes);
  const mortise_claim_sink_t sink = {.host_data = &claims, .claim = on_claim, .decline = on_decline};
  mortise_error_t error = {.node_id = MORTISE_NO_ID};
  try {
    const mortise_status status = provider->claim(provider, graph, &sink, &error);
    if (status != MORTISE_OK) {
      const std::string text(error.message, strnlen(error.message, sizeof error.message));
      fault(claims, concat("claim() failed: ", text.empty() ? "no reason given" : text));
    }
  } catch (const std::exception& e) {
    fault(claims, concat("claim() threw an exception: ", e.what()));
  } catch (...) {
    fault(claims, "claim() threw an exception of unknown type");
  }
  if (!claims.error.empty()) claims.groups.clear();
  return claims;
}

}  // namespace mortise::plan
