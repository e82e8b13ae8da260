#include "conformance/generate/draft.h"

#include <algorithm>

#include "conformance/host/mixed_run.h"
#include "conformance/host/slices.h"
#include "core/infer/infer.h"
#include "core/model/export.h"

namespace mortise::conformance {

namespace {

template <class Visit>
void for_each_read(const Node& node, Visit&& visit) {
  for (const ValueId input : node.inputs) {
    if (input != kNoId) visit(input);
  }
  for (const ValueId input : node.implicit_inputs) visit(input);
}

// How many nodes read each value.
std::vector<uint32_t> count_readers(const Graph& graph) {
  std::vector<uint32_t> readers(graph.num_values());
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    for_each_read(graph.node(id), [&](ValueId input) { ++readers[input]; });
  }
  return readers;
}

// Values that nobody reads.
std::vector<ValueId> dead_ends(const Graph& graph, const std::vector<uint32_t>& readers) {
  std::vector<ValueId> ends;
  for (ValueId id = 0; id < graph.num_values(); ++id) {
    if (graph.value(id).producer != kNoId && readers[id] == 0) ends.push_back(id);
  }
  return ends;
}

void set_outputs(Graph& graph, std::vector<ValueId> outputs) {
  graph.outputs = std::move(outputs);
  graph.output_names.clear();
  for (ValueId id = 0; id < graph.num_values(); ++id) graph.value(id).is_output = false;
  for (const ValueId id : graph.outputs) {
    graph.value(id).is_output = true;
    graph.output_names.push_back(graph.value(id).name);
  }
}

Result<Tensor> first_of(const Tensor& tensor, uint32_t axis, int64_t extent) {
  std::vector<Tensor> parts;
  for (int64_t i = 0; i < extent; ++i) {
    MORTISE_ASSIGN(parts.emplace_back(), slice_of(tensor, axis, i));
  }
  return stack_of(parts, axis);
}

Result<Tensor> shrunk(Tensor tensor, int64_t from, int64_t extent) {
  for (uint32_t axis = 0; axis < tensor.rank(); ++axis) {
    if (tensor.dim(axis) != from) continue;
    MORTISE_ASSIGN(tensor, first_of(tensor, axis, extent));
  }
  return tensor;
}

}  // namespace

Result<NamedValues> values_of(const Specimen& specimen, Device& oracle) {
  MORTISE_ASSIGN(Graph graph, graph_of(specimen));
  std::vector<ValueId> produced;
  for (ValueId id = 0; id < graph.num_values(); ++id) {
    if (graph.value(id).producer != kNoId) produced.push_back(id);
  }
  set_outputs(graph, std::move(produced));
  MORTISE_TRY(graph.finalize());
  MixedRun run(nullptr, oracle, {}, Random());
  MORTISE_TRY(run.compile(graph));
  MORTISE_ASSIGN(const std::vector<Value> outputs, run.run(specimen.inputs));
  NamedValues values;
  for (ValueId id = 0; id < graph.num_values(); ++id) {
    if (const Tensor* constant = graph.default_value(id)) values[std::string(graph.value(id).name)] = *constant;
  }
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    if (specimen.inputs[i].kind == ValueKind::kNone) continue;
    values[std::string(graph.value(graph.inputs[i]).name)] = specimen.inputs[i];
  }
  for (size_t i = 0; i < outputs.size(); ++i) values[std::string(graph.output_names[i])] = outputs[i];
  return values;
}

Result<Draft> Draft::of(const Specimen& specimen, const NamedValues& values) {
  MORTISE_ASSIGN(Graph graph, graph_of(specimen));
  return Draft{std::move(graph), values};
}

void Draft::cut(NodeId first, uint32_t count) {
  const std::vector<uint32_t> before = count_readers(graph);
  for (NodeId id = first; id < first + count; ++id) graph.erase_node(id);
  const std::vector<uint32_t> after = count_readers(graph);
  for (ValueId id = 0; id < graph.num_values(); ++id) {
    const ValueInfo& value = graph.value(id);
    if (before[id] != 0 && after[id] == 0 && value.producer != kNoId && !value.is_output) graph.outputs.push_back(id);
  }
}

Status Draft::shrink(int64_t from, int64_t extent) {
  for (ValueId id = 0; id < graph.num_values(); ++id) {
    if (const Tensor* constant = graph.default_value(id)) {
      MORTISE_ASSIGN(Tensor smaller, shrunk(*constant, from, extent));
      graph.make_constant(id, std::move(smaller));
    }
  }
  for (const ValueId id : graph.inputs) {
    ValueInfo& input = graph.value(id);
    const auto found = values.find(input.name.view());
    if (found == values.end() || !found->second.is_tensor()) continue;
    MORTISE_ASSIGN(found->second.tensor, shrunk(found->second.tensor, from, extent));
    if (!input.type.dims) continue;
    for (Dim& dim : *input.type.dims) {
      if (dim.value == from) dim = known_dim(extent);
    }
  }
  return {};
}

Result<Specimen> Draft::finish() && {
  const std::vector<uint32_t> readers = count_readers(graph);
  std::vector<ValueId> inputs, outputs;
  for (const ValueId id : graph.inputs) {
    if (readers[id] != 0) inputs.push_back(id);
  }
  for (const ValueId id : graph.outputs) {
    if (graph.value(id).producer != kNoId && std::find(outputs.begin(), outputs.end(), id) == outputs.end())
      outputs.push_back(id);
  }
  if (outputs.empty()) outputs = dead_ends(graph, readers);
  if (outputs.empty()) return make_error(StatusCode::kNotFound, "nothing is left of the graph");
  for (ValueId id = 0; id < graph.num_values(); ++id) {
    ValueInfo& value = graph.value(id);
    if (value.is_input || value.constant != kNoId) continue;
    value.type = {};  // inferred anew
    if (value.producer != kNoId || readers[id] == 0) continue;
    const auto found = values.find(value.name.view());
    if (found == values.end() || !found->second.is_tensor())
      return unimplemented("value '", value.name.view(), "' is no tensor and cannot be an input");
    value.type = Type::tensor(found->second.tensor.dtype(), found->second.tensor.shape());
    inputs.push_back(id);
  }
  for (ValueId id = 0; id < graph.num_values(); ++id) graph.value(id).is_input = false;
  for (const ValueId id : inputs) graph.value(id).is_input = true;
  graph.inputs = std::move(inputs);
  set_outputs(graph, std::move(outputs));
  MORTISE_TRY(graph.finalize());
  MORTISE_TRY(infer_types(graph));
  Specimen specimen;
  MORTISE_ASSIGN(specimen.model, serialize_graph(graph));
  for (const ValueId id : graph.inputs) {
    const auto found = values.find(graph.value(id).name.view());
    specimen.inputs.push_back(found == values.end() ? Value() : found->second);
  }
  return specimen;
}

}  // namespace mortise::conformance
