// Workload: a small graph that the provider under test claims, for cases that need something to run and do not care what.
//
// The first of a list of candidates that the provider claims and compiles: elementwise operators, products, convolutions
// and quantized operators of several types. Without one, a case is skipped, saying so.
#pragma once

#include "conformance/engine/rig.h"
#include "conformance/generate/op_model.h"

namespace mortise::conformance::abi {

// The candidates, one node each, in the order in which find_workload() tries them.
std::vector<OpModel> candidates();

// Whether the extents of the candidates are known before the run.
enum class Extents { kKnown, kSymbolic };

// The status is UNIMPLEMENTED if the provider claims none of the candidates, otherwise the plugin's own error.
Result<std::unique_ptr<OpGraph>> find_workload(Device& device, Extents extents = Extents::kKnown);

// What a case returns for that status: SKIP or FAIL.
Verdict no_workload(const Status& status);

// The graph's whole node set compiled on the device, and the shapes of its outputs for the graph's own inputs.
Result<std::unique_ptr<Session>> compile_all(Device& device, const OpGraph& graph);
RunSettings settings_for(const OpGraph& graph, const Session& session);

// The oracle's outputs for the graph's own inputs, in border order.
Result<std::vector<Value>> expected_outputs(Rig& rig, const OpGraph& graph);

// Empty if the outputs are equal within a tolerance that tells a right result from a wrong one for the workloads:
// relative 1e-2 for floats (providers of half precision included), one step for quantized types.
std::string difference(std::span<const Value> actual, std::span<const Value> expected);

}  // namespace mortise::conformance::abi
