// Claims: what every provider says of every node of one graph. Plain data; the input of make_plan().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/graph/graph.h"
#include "mortise/provider.h"

namespace mortise::plan {

enum class Answer : uint8_t { kSilent, kClaimed, kDeclined };

struct Verdict {
  Answer answer = Answer::kSilent;
  uint32_t code = MORTISE_REFUSAL_OTHER;  // of a declined node
  std::string text;
};

// Nodes that the provider takes together or not at all.
struct ClaimGroup {
  std::vector<NodeId> nodes;
  mortise_estimate_t estimate = {-1, -1, -1};
};

struct ProviderClaims {
  std::string provider_id;
  uint32_t min_nodes = 1;
  std::vector<Verdict> verdicts;   // one per node
  std::vector<ClaimGroup> groups;  // every claimed node is in exactly one
  std::string error;               // claim() failed: the provider gets nothing
};

}  // namespace mortise::plan
