// Optimize: rewrites that hold for every provider, run on a graph and its bodies until none of them changes anything.
//
// What is particular to a provider (fusions, layouts, precisions) belongs to the provider. Not thread-safe for one
// graph; reentrant for distinct ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/optimize/pass.h"

namespace mortise::optimize {

struct OptimizeOptions {
  // Passes that run: all but `disable`, or exactly `enable` where it is given.
  std::optional<std::vector<std::string>> enable;
  std::vector<std::string> disable;
};

// Rounds of all passes; the last stays as it is if a graph still changes then.
inline constexpr int kMaxRounds = 8;

// The graph is finalized and its types are inferred, before and after. Fails for a pass that does not exist, naming
// those that do.
Status optimize(Graph& graph, const OptimizeOptions& options, const PassContext& context);

}  // namespace mortise::optimize
