// Build: from a graph and its providers to an executor: claim, plan, compile, plan again without what was refused.
#pragma once

#include <memory>
#include <vector>

#include "core/graph/abi_graph.h"
#include "core/host/provider_set.h"
#include "core/plan/partition.h"
#include "core/run/executor.h"
#include "mortise/core/config.h"

namespace mortise::run {

struct BuildInput {
  // Both outlive the executor; the graph is finalized and its types are inferred.
  const Graph* graph = nullptr;
  const AbiGraph* abi = nullptr;
  const ProviderSet* providers = nullptr;
  const Config* config = nullptr;
  HostContext* host = nullptr;
};

struct Built {
  std::shared_ptr<Executor> executor;
  plan::Plan plan;                  // of this graph; those of bodies are in `bodies`
  std::vector<plan::ProviderClaims> claims;
  std::vector<std::pair<const Graph*, std::shared_ptr<Built>>> bodies;
};

// Fails when a node has no provider, when a compile fails under on_failure "error", or when a `require` rule is broken.
Result<Built> build(const BuildInput& input);

}  // namespace mortise::run
