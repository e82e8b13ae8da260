// Build: from a graph and its providers to an executor: claim, plan, compile, plan again without what was refused.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/graph/abi_graph.h"
#include "core/host/provider_set.h"
#include "core/plan/partition.h"
#include "core/run/executor.h"
#include "mortise/core/config.h"

namespace mortise::run {

// A provider that refused the input of a run: the plan that judges the input does without it.
struct Doubt {
  ProviderInstance* provider = nullptr;
  Status reason;      // what it said
  std::string nodes;  // what it was running
};

struct BuildInput {
  const Graph* graph = nullptr;  // finalized, types inferred; outlives what is built
  const ProviderSet* providers = nullptr;
  const Config* config = nullptr;
  HostContext* host = nullptr;
  std::span<const Doubt> doubts;  // these providers get nothing, as those in quarantine
};

// A planned and compiled graph, and how it came to be.
struct Built {
  const Graph* graph = nullptr;
  std::unique_ptr<AbiGraph> abi;
  std::vector<plan::ProviderClaims> claims;  // in the order of ProviderSet::usable()
  std::vector<plan::Exclusion> exclusions;   // what was refused at compile
  plan::Plan plan;
  std::vector<std::unique_ptr<Built>> bodies;  // of the control-flow nodes that the core runs
  std::shared_ptr<Executor> executor;
};

// Fails when a node has no provider, or when claim or compile fails under on_failure "error". `require` rules are
// checked for the graph itself, not for bodies.
Result<std::unique_ptr<Built>> build(const BuildInput& input);

}  // namespace mortise::run
