// Collects what one provider claims of one graph, through a sink that checks every answer.
//
// Calls the provider on the caller's thread; the caller sees to the ABI's thread tags. Never fails: a provider at fault
// has ProviderClaims::error set and no groups.
#pragma once

#include "core/plan/claims.h"
#include "mortise/provider.h"

namespace mortise::plan {

ProviderClaims collect_claims(const mortise_provider_t* provider, const mortise_graph_t* graph);

}  // namespace mortise::plan
