// Claim: asks one provider which nodes of a graph it takes, and keeps every answer.
#pragma once

#include "core/graph/abi_graph.h"
#include "core/host/provider_instance.h"
#include "core/plan/claims.h"

namespace mortise::run {

// A claim() that fails or breaks its contract (an unknown node, a node claimed twice) leaves the provider without claims,
// with the reason in `error`.
plan::ProviderClaims ask_for_claims(ProviderInstance& provider, const AbiGraph& graph, uint32_t min_nodes);

}  // namespace mortise::run
