// Work: what a node costs and what an edge carries, estimated from static shapes. Rough on purpose: good for shares,
// not for times. Never fails and never overflows. Thread-safe on a finalized graph.
#pragma once

#include <optional>

#include "core/graph/graph.h"

namespace mortise::plan {

// Operations: two per multiply-add of Conv, Gemm and MatMul; elements of the outputs otherwise; 1 where a shape is
// not static.
double estimated_work(const Graph& graph, NodeId id);

// Bytes of a tensor with a static shape and elements of a fixed size.
std::optional<uint64_t> static_bytes(const Graph& graph, ValueId id);

}  // namespace mortise::plan
