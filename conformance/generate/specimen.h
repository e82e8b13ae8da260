// Specimen: a model and the values of its inputs, which together show something; in memory or as a folder in ONNX's
// backend-test layout, which other tools read too.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/graph/graph.h"
#include "mortise/sdk/value.h"

namespace mortise::conformance {

struct Specimen {
  std::string model;  // the bytes of a ModelProto
  std::vector<Value> inputs;
};

// The model's graph, finalized and with types.
Result<Graph> graph_of(const Specimen& specimen);

// Some nodes of a graph with what they read: `values` by the graph's value ids, of which those that cross the nodes'
// border are looked at. Fails where the names of values do not tell them apart.
Result<Specimen> cut_out(const Graph& graph, std::span<const NodeId> nodes, std::span<const Value> values);

// FOLDER/model.onnx and FOLDER/test_data_set_0/input_N.pb; an input without a file is left out, if it may be. Fails for
// values that the model does not take.
Result<Specimen> load_specimen(const std::filesystem::path& folder);
// The same, and the expected outputs and a README. Replaces what is there. Fails for values that are no tensors.
Status save_specimen(const std::filesystem::path& folder, const Specimen& specimen, std::span<const Value> outputs,
                     std::string_view readme);

}  // namespace mortise::conformance
