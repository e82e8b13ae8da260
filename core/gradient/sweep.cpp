#include "core/gradient/sweep.h"

#include <algorithm>
#include <utility>

#include "core/emit/terms.h"
#include "core/gradient/rules.h"

namespace mortise::gradient {

bool may_vary(const Type& type) {
  if (!type.is_tensor()) return true;
  switch (type.dtype) {
    case DType::kUndefined:
    case DType::kF16:
    case DType::kBF16:
    case DType::kF32:
    case DType::kF64:
      return true;
    default:
      return false;
  }
}

void Sweep::add(ValueId id, Term derivative) {
  if (!derivative) return;
  const auto [found, is_new] = derivatives_.try_emplace(id, derivative);
  if (!is_new) found->second = found->second + derivative;
}

Term Sweep::derivative(ValueId id) const {
  const auto found = derivatives_.find(id);
  return found == derivatives_.end() ? Term() : found->second;
}

void Sweep::mark(NodeId id) {
  const Graph& graph = emitter_.graph();
  const Node& node = graph.node(id);
  const auto is_active = [&](ValueId input) { return active_.contains(input); };
  if (std::none_of(node.inputs.begin(), node.inputs.end(), is_active) &&
      std::none_of(node.implicit_inputs.begin(), node.implicit_inputs.end(), is_active)) {
    return;
  }
  for (const ValueId output : node.outputs) {
    if (output != kNoId && !independent_.contains(output) && may_vary(graph.value(output).type)) active_.insert(output);
  }
}

Status Sweep::run_within_rule(std::span<const NodeId> nodes) {
  const bool outer = std::exchange(within_rule_, true);
  Status status = run(nodes);
  within_rule_ = outer;
  return status;
}

Status Sweep::run(std::span<const NodeId> nodes) {
  for (const NodeId id : nodes) mark(id);
  for (auto id = nodes.rbegin(); id != nodes.rend(); ++id) {
    const Node& node = std::as_const(emitter_.graph()).node(*id);
    const bool reached = std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId output) {
      return active_.contains(output) && !independent_.contains(output) && derivatives_.contains(output);
    });
    if (!reached) continue;
    MORTISE_TRY(differentiate(*id));
  }
  return {};
}

Status Sweep::differentiate(NodeId id) {
  const Graph& graph = emitter_.graph();
  const Node& node = graph.node(id);
  const Rule* rule = node.domain.empty() ? find_rule(node.op_type) : nullptr;
  constexpr const char* kRemedy =
      "; replace it, or name what it computes in attribute 'zs' of the Gradient to hold it constant";
  if (node.has_body()) {
    return unimplemented(describe(graph, id), ": a node with bodies (control flow) cannot be differentiated", kRemedy);
  }
  if (rule == nullptr) {
    return unimplemented(describe(graph, id), ": no derivative of the operator is known", kRemedy);
  }
  if (node.since_version < rule->since_version) {
    return unimplemented(describe(graph, id), ": the derivative is known from version ", rule->since_version,
                         " of the operator on, but the model has version ", node.since_version,
                         "; convert it to a newer opset");
  }
  const std::string outer = emitter_.name();
  // Nodes that a rule has added, in through(), have its name already.
  if (!within_rule_) {
    emitter_.set_name(concat(outer, "/", clipped((node.name.empty() ? node.op_type : node.name).view())));
  }
  Derivation derivation(*this, emitter_, id);
  Status status = rule->differentiate(derivation);
  emitter_.set_name(outer);
  if (status.ok()) status = emitter_.status();
  return std::move(status).context(describe(graph, id));
}

Term Derivation::dy(size_t i) const {
  const Term output = y(i);
  return output && sweep_.is_wanted(output.id()) ? sweep_.derivative(output.id()) : Term();
}

bool Derivation::wants(size_t i) const {
  const Term input = x(i);
  return input && sweep_.is_wanted(input.id());
}

void Derivation::give(size_t i, Term derivative) {
  if (wants(i)) sweep_.add(x(i).id(), derivative);
}

void Derivation::give_sum(size_t i, Term derivative) {
  if (wants(i)) give(i, sum_to(derivative, x(i)));
}

Status Derivation::through(std::initializer_list<Term> outputs) {
  size_t i = 0;
  for (const Term& output : outputs) {
    if (const Term flowing = dy(i++); output && flowing) sweep_.add(output.id(), flowing);
  }
  MORTISE_TRY(Status(emitter_.status()));
  std::vector<NodeId> nodes;
  for (NodeId id = first_; id < emitter_.graph().num_nodes(); ++id) nodes.push_back(id);
  return sweep_.run_within_rule(nodes);
}

}  // namespace mortise::gradient
