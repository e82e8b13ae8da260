#include "core/gradient/gradient.h"

#include "core/emit/terms.h"
#include "core/gradient/subgraph.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {
namespace {

// The first opset whose reductions take their axes as inputs and whose scatters add up: derivatives need both.
constexpr int64_t kOldestOpset = 18;

// The inputs and the values that the attributes name stand in the same order: xs, then zs.
struct Question {
  std::vector<ValueId> given;
  std::vector<ValueId> named;
  ValueId y;
  size_t num_wanted;  // the first of them: xs
};

Question read_question(const Node& node) {
  const size_t count = node.inputs.size() / 2;
  return {.given = {node.inputs.begin(), node.inputs.begin() + count},
          .named = {node.inputs.begin() + count, node.inputs.end() - 1},
          .y = node.inputs.back(),
          .num_wanted = node.get<std::vector<std::string>>("xs")->size()};
}

Status check_varies(std::string_view attribute, Term t) {
  if (t.type().is_tensor() && may_vary(t.type())) return {};
  return invalid_argument("attribute '", attribute, "' names '", t.emitter().graph().value(t.id()).name.view(),
                          "', which is ", to_string(t.type()),
                          "; only tensors of float16, bfloat16, float32 and float64 have derivatives");
}

Status expand(Emitter& emitter, NodeId id) {
  Graph& graph = emitter.graph();
  const Question question = read_question(std::as_const(graph).node(id));
  std::unordered_set<ValueId> independent(question.named.begin(), question.named.end());
  Subgraph subgraph = find_subgraph(emitter, question.y, independent);

  // Values given in place of named ones: each gets an identity of its own, as one may be given for several.
  std::unordered_map<ValueId, ValueId> replaced;
  for (size_t i = 0; i < question.named.size(); ++i) {
    if (question.given[i] == question.named[i]) continue;
    const Term given = op("Identity", {emitter.term(question.given[i])});
    replaced.emplace(question.named[i], given.id());
    independent.insert(given.id());
  }
  if (!replaced.empty()) subgraph = replace_values(emitter, subgraph, replaced);
  MORTISE_TRY(Status(emitter.status()));

  Sweep sweep(emitter, std::move(independent));
  std::vector<Term> variables;
  for (size_t i = 0; i < question.num_wanted; ++i) {
    const auto found = replaced.find(question.named[i]);
    variables.push_back(emitter.term(found == replaced.end() ? question.named[i] : found->second));
    MORTISE_TRY(check_varies("xs", variables.back()));
    sweep.want(variables.back().id());
  }
  MORTISE_TRY(check_varies("y", emitter.term(subgraph.y)));
  sweep.add(subgraph.y, filled(1, emitter.term(subgraph.y)));
  MORTISE_TRY(sweep.run(subgraph.nodes));

  const IdList outputs = std::as_const(graph).node(id).outputs;
  const Symbol name = std::as_const(graph).node(id).name;
  graph.erase_node(id);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i] == kNoId) continue;
    const Term derivative = sweep.derivative(variables[i].id());
    const Term result = op("Identity", {derivative ? derivative : filled(0, variables[i])});
    MORTISE_TRY(Status(emitter.status()));
    emitter.assign(outputs[i], result);
    graph.node(graph.value(outputs[i]).producer).name = name;
  }
  return {};
}

}  // namespace

// In topological order: a Gradient of a Gradient differentiates what the first has become.
Status expand_gradients(Graph& graph, uint64_t max_nodes) {
  std::vector<NodeId> gradients;
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    if (is_gradient(std::as_const(graph).node(id))) gradients.push_back(id);
  }
  if (gradients.empty()) return {};
  Emitter emitter(graph, kOldestOpset, max_nodes);
  MORTISE_TRY(emitter.start());
  for (const NodeId id : gradients) {
    const std::string subject = describe(graph, id);
    const Symbol name = std::as_const(graph).node(id).name;
    emitter.set_name(name.empty() ? "Gradient" : std::string(clipped(name.view())));
    MORTISE_TRY(expand(emitter, id).context(subject));
  }
  return graph.finalize();
}

}  // namespace mortise::gradient
