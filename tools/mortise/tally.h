// Which provider ran the nodes of test cases: what tells a case that a plugin passed from one that its fallback did.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "mortise/core/placement.h"

namespace mortise::tool {

// Nodes by provider, in order of preference, bodies of control flow included; providers that are not in use have none.
using NodeCounts = std::vector<std::pair<std::string, uint32_t>>;

// Of a placement asked for after the runs, in which nothing belongs to a provider that failed meanwhile.
NodeCounts count_nodes(const Placement& placement);

class Tally {
 public:
  // Adds a case.
  void add(const NodeCounts& nodes);
  // Of all cases: "nodes: …", then for every provider but the reference and the core in how many cases it ran all
  // nodes, some, or none. Empty where there is no such provider. Ends with a newline.
  std::string text() const;
  // The same of all providers: {"ID": {"nodes": 3, "entirely": 1, "in_part": 1, "not_at_all": 0}, …}
  nlohmann::ordered_json json() const;

 private:
  struct Share {
    std::string provider;
    uint64_t nodes = 0;
    size_t all = 0;
    size_t some = 0;
  };
  std::vector<Share> shares_;
  size_t cases_ = 0;
};

}  // namespace mortise::tool
