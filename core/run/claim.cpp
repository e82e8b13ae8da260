#include "core/run/claim.h"

namespace mortise::run {
namespace {

// Behind the sink's host_data.
struct Answers {
  plan::ProviderClaims claims;
  std::string fault;  // the first broken promise
};

mortise_status take_claim(const mortise_claim_sink_t* sink, const uint32_t* node_ids, uint64_t count,
                          const mortise_estimate_t* estimate) noexcept {
  auto& [claims, fault] = *static_cast<Answers*>(sink->host_data);
  try {
    plan::ClaimGroup group;
    for (uint64_t i = 0; i < count; ++i) {
      if (node_ids[i] >= claims.verdicts.size()) {
        if (fault.empty()) fault = concat("it claimed node #", node_ids[i], ", which does not exist");
        return MORTISE_INVALID_ARGUMENT;
      }
      plan::Verdict& verdict = claims.verdicts[node_ids[i]];
      if (verdict.answer == plan::Answer::kClaimed) {
        if (fault.empty()) fault = concat("it claimed node #", node_ids[i], " twice");
        return MORTISE_INVALID_ARGUMENT;
      }
      verdict.answer = plan::Answer::kClaimed;
      group.nodes.push_back(node_ids[i]);
    }
    if (estimate != nullptr) group.estimate = *estimate;
    if (count != 0) claims.groups.push_back(std::move(group));
    return MORTISE_OK;
  } catch (...) {
    return MORTISE_RESOURCE_EXHAUSTED;
  }
}

mortise_status take_refusal(const mortise_claim_sink_t* sink, uint32_t node_id, uint32_t code, const char* text) noexcept {
  auto& [claims, fault] = *static_cast<Answers*>(sink->host_data);
  try {
    if (node_id >= claims.verdicts.size()) {
      if (fault.empty()) fault = concat("it declined node #", node_id, ", which does not exist");
      return MORTISE_INVALID_ARGUMENT;
    }
    plan::Verdict& verdict = claims.verdicts[node_id];
    if (verdict.answer == plan::Answer::kSilent) verdict = {plan::Answer::kDeclined, code, text != nullptr ? text : ""};
    return MORTISE_OK;
  } catch (...) {
    return MORTISE_RESOURCE_EXHAUSTED;
  }
}

}  // namespace

plan::ProviderClaims ask_for_claims(ProviderInstance& provider, const AbiGraph& graph, uint32_t min_nodes) {
  Answers answers;
  answers.claims.provider_id = provider.id();
  answers.claims.min_nodes = min_nodes;
  answers.claims.verdicts.resize(graph.graph().num_nodes());
  const mortise_claim_sink_t sink = {.host_data = &answers, .claim = take_claim, .decline = take_refusal};
  const Status status = provider.claim(*graph.abi(), sink);
  if (status.ok() && answers.fault.empty()) return std::move(answers.claims);

  plan::ProviderClaims none;
  none.provider_id = provider.id();
  none.min_nodes = min_nodes;
  none.error = status.ok() ? "claim() broke its contract: " + answers.fault : status.message();
  none.verdicts.assign(graph.graph().num_nodes(), {plan::Answer::kDeclined, MORTISE_REFUSAL_OTHER, none.error});
  return none;
}

}  // namespace mortise::run
