// Sweep: reverse-mode differentiation over nodes: derivatives of 'y' flow from each node's outputs to its inputs.
//
// Derivation is what a rule sees of one node. A rule says what flows to the inputs with give(), or computes the node's
// outputs by nodes that have rules themselves and hands them to through(), which sweeps over those nodes.
// Not thread-safe.
#pragma once

#include <unordered_map>
#include <unordered_set>

#include "core/emit/emitter.h"

namespace mortise::gradient {

using namespace emit;  // rules calculate with Terms

class Derivation;

// False for integers, booleans and strings, which change in steps if at all: no derivative flows through them.
bool may_vary(const Type& type);

class Sweep {
 public:
  // independent: values that are variables or held constant, whatever computes them.
  Sweep(Emitter& emitter, std::unordered_set<ValueId> independent)
      : emitter_(emitter), independent_(std::move(independent)) {}

  // With respect to this value derivatives are wanted.
  void want(ValueId id) { active_.insert(id); }
  // Adds to the derivative with respect to a value.
  void add(ValueId id, Term derivative);
  // Empty: nothing has flowed there.
  Term derivative(ValueId id) const;
  bool is_wanted(ValueId id) const { return active_.contains(id); }
  // nodes: in topological order; the derivatives of what is computed last have been added.
  Status run(std::span<const NodeId> nodes);
  // The same for nodes that a rule has added.
  Status run_within_rule(std::span<const NodeId> nodes);

 private:
  void mark(NodeId id);
  Status differentiate(NodeId id);

  Emitter& emitter_;
  const std::unordered_set<ValueId> independent_;
  std::unordered_set<ValueId> active_;  // computed from what is wanted
  std::unordered_map<ValueId, Term> derivatives_;
  bool within_rule_ = false;
};

class Derivation {
 public:
  Derivation(Sweep& sweep, Emitter& emitter, NodeId id)
      : sweep_(sweep), emitter_(emitter), id_(id), first_(emitter.graph().num_nodes()) {}

  // Adding nodes moves it; what its attributes hold stays in place.
  const Node& node() const { return std::as_const(emitter_.graph()).node(id_); }
  NodeId id() const { return id_; }
  Emitter& emitter() { return emitter_; }
  size_t num_inputs() const { return node().inputs.size(); }
  size_t num_outputs() const { return node().outputs.size(); }
  // Empty where the node leaves it out.
  Term x(size_t i = 0) const { return value(node().inputs, i); }
  Term y(size_t i = 0) const { return value(node().outputs, i); }
  // Of 'y' with respect to output i; empty where 'y' is not computed from it.
  Term dy(size_t i = 0) const;
  // Whether the derivative with respect to input i is asked for.
  bool wants(size_t i) const;

  void give(size_t i, Term derivative);
  // What broadcasting of input i to the shape of the output has made of it.
  void give_sum(size_t i, Term derivative);
  // outputs: the same values as those of the node, computed by the nodes that the rule has added; empty ones are of
  // outputs that nobody asks for.
  Status through(std::initializer_list<Term> outputs);

  // A number that is an attribute, as long as it is one.
  double real(std::string_view attribute, double otherwise) const {
    return static_cast<double>(node().get_float(attribute, static_cast<float>(otherwise)));
  }

 private:
  Term value(const IdList& ids, size_t i) const {
    return i < ids.size() && ids[i] != kNoId ? emitter_.term(ids[i]) : Term();
  }

  Sweep& sweep_;
  Emitter& emitter_;
  const NodeId id_;
  const NodeId first_;  // node that the rule adds
};

}  // namespace mortise::gradient
