// Partition: gives every node of a graph to a provider and groups the nodes into segments that form an acyclic graph.
//
// Pure and deterministic: no I/O, no state, callable from any thread. The number of rounds over the graph is bounded by
// the number of providers, not by the graph, so the cost is about linear.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/graph/graph.h"
#include "core/plan/claims.h"
#include "mortise/core/config.h"

namespace mortise::plan {

// The provider of control-flow nodes that nobody claims: the core runs them itself.
inline constexpr uint32_t kCoreProvider = UINT32_MAX;

// What became of one provider's claim to one node.
enum class Rule : uint8_t {
  kClaimed,
  kDeclined,  // or silent
  kPinned,    // the node is pinned to another provider; as the rule of a decision: to this one
  kDenied,
  kNotAllowed,
  kTooSmall,
  kWouldCycle,
  kGroupBroken,  // another member of its group went elsewhere
  kRefusedAtCompile,
  kFailedAtRun,
  kQuarantined,
};
const char* to_string(Rule rule);

// A claim that no longer counts.
struct Exclusion {
  uint32_t provider = 0;
  NodeId node = kNoId;
  Rule rule = Rule::kRefusedAtCompile;
};

struct PlanRequest {
  std::span<const ProviderClaims> claims;  // in order of preference; the last is the reference provider
  std::span<const PlacementRule> rules;
  std::span<const Exclusion> exclusions;
  std::span<const uint32_t> quarantined;  // providers
};

struct Segment {
  uint32_t provider = 0;
  std::vector<NodeId> nodes;  // ascending, which is topological
};

struct Decision {
  uint32_t provider = 0;
  Rule rule = Rule::kClaimed;  // why not the provider before it, if there is one
};

struct Plan {
  std::vector<Segment> segments;    // in topological order
  std::vector<Decision> decisions;  // one per node
  std::vector<Rule> outcomes;       // provider-major: [provider * number of nodes + node]
  uint32_t rounds = 0;              // that were needed
};

// Fails with kUnimplemented, listing nodes and each provider's reason, where nobody takes a node. The graph is
// finalized.
Result<Plan> make_plan(const Graph& graph, const PlanRequest& request);

struct SegmentIo {
  std::vector<ValueId> inputs;   // read from outside and not constant; each once, in order of first use
  std::vector<ValueId> outputs;  // written, and read outside or a graph output; in order of production
};
SegmentIo segment_io(const Graph& graph, const Segment& segment);

// OK if every promise holds; otherwise the error lists the offenders.
Status check_required(const Graph& graph, const Plan& plan, std::span<const ProviderClaims> claims,
                      std::span<const RequireRule> rules);

}  // namespace mortise::plan
