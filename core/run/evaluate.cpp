#include "core/run/evaluate.h"

#include "core/graph/copy_node.h"
#include "core/host/find_provider.h"
#include "core/infer/infer.h"
#include "core/run/build.h"

namespace mortise::run {
namespace {

constexpr std::chrono::seconds kMaxTime{10};

// The node alone: its inputs are constants, its outputs those of the graph.
Result<Graph> graph_of_node(const Graph& graph, NodeId id) {
  const Node& original = graph.node(id);
  Graph single(graph.strings());
  single.opsets = graph.opsets;
  if (original.has_body()) return unimplemented(describe(graph, id), ": a node with a body cannot be computed alone");
  Node node = copy_head(original, single);
  for (const ValueId input : original.inputs) {
    const Tensor* constant = input == kNoId ? nullptr : graph.constant(input);
    if (input != kNoId && constant == nullptr) {
      return invalid_argument(describe(graph, id), ": input '", graph.value(input).name.view(), "' is not constant");
    }
    node.inputs.push_back(constant == nullptr ? kNoId : single.add_constant(graph.value(input).name, *constant));
  }
  for (const ValueId output : original.outputs) {
    node.outputs.push_back(output == kNoId ? kNoId
                                           : single.add_value(graph.value(output).name, graph.value(output).type));
    if (output == kNoId) continue;
    single.outputs.push_back(node.outputs.back());
    single.output_names.push_back(graph.value(output).name);
  }
  single.add_node(std::move(node));
  MORTISE_TRY(single.finalize());
  MORTISE_TRY(infer_types(single));
  return single;
}

Result<std::vector<Tensor>> evaluate(const ProviderSet& reference, HostContext& host, const RunControl& control,
                                     const Graph& graph, NodeId id) {
  MORTISE_TRY(control.check());
  MORTISE_ASSIGN(const Graph single, graph_of_node(graph, id));
  const Config config;
  MORTISE_ASSIGN(const std::unique_ptr<Built> built,
                 build({.graph = &single, .providers = &reference, .config = &config, .host = &host}));
  std::vector<Value> values(single.outputs.size());
  MORTISE_TRY(built->executor->run({}, values, control));

  std::vector<Tensor> results;
  size_t next = 0;
  for (const ValueId output : graph.node(id).outputs) {
    if (output == kNoId) {
      results.emplace_back();
      continue;
    }
    Value& value = values[next++];
    if (!value.is_tensor()) return unimplemented(describe(graph, id), ": a result is not a tensor");
    results.push_back(std::move(value.tensor));
  }
  return results;
}

}  // namespace

optimize::Evaluator make_evaluator(const ProviderSet& providers, HostContext& host) {
  ProviderSet reference;
  for (const ProviderSet::Member& member : providers.members) {
    if (member.config.id == kReferenceProvider && member.instance != nullptr) reference.members.push_back(member);
  }
  const RunControl control{.deadline = std::chrono::steady_clock::now() + kMaxTime};
  return [reference = std::move(reference), control, &host](const Graph& graph, NodeId id) {
    return evaluate(reference, host, control, graph, id);
  };
}

}  // namespace mortise::run
