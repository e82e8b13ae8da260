// Which graphs compute exactly, so that their results can be compared bit by bit. Thread-safe.
#pragma once

#include <span>
#include <string_view>

#include "conformance/host/mixed_run.h"

namespace mortise::conformance {

// The operators of exact.inc.
std::span<const std::string_view> exact_ops();
// All operators, those of bodies included, are of them.
bool has_only_exact_ops(const Graph& graph);
// Fails, naming the node, at a value that is no integer within its type's limits (graph_builder.h). An Observer.
Status expect_exact(const SegmentRun& run);

}  // namespace mortise::conformance
