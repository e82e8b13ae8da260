// Emitter: adds ONNX nodes to a graph that is being differentiated; Term: a value of that graph, which rules calculate
// with.
//
//   const Term slope = number(1.0, y) - y * y;
//   derivation.give(0, derivation.dy() * slope);
//
// Every node gets its type as it is added, so a Term knows as much of its shape as inference does. The first fault is
// kept in status(); what follows from it are empty Terms, so that rules need not ask after every step. The nodes are
// those of the model's own opset, or of kOldestOpset where the model's is older. Not thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/graph/clipped.h"
#include "core/graph/graph.h"
#include "core/infer/infer.h"

namespace mortise::gradient {

// The first whose reductions take their axes as inputs and whose scatters add up: derivatives need both.
inline constexpr int64_t kOldestOpset = 18;

class Emitter;

class Term {
 public:
  Term() = default;  // nothing: an input left out, or what follows from a fault
  Term(Emitter& emitter, ValueId id) : emitter_(id == kNoId ? nullptr : &emitter), id_(id) {}

  explicit operator bool() const { return id_ != kNoId; }
  ValueId id() const { return id_; }
  Emitter& emitter() const { return *emitter_; }
  const Type& type() const;
  DType dtype() const { return type().dtype; }
  // Null where the rank is unknown.
  const Dims* dims() const { return type().dims ? &*type().dims : nullptr; }

 private:
  Emitter* emitter_ = nullptr;
  ValueId id_ = kNoId;
};

struct Setting {
  std::string_view name;
  std::variant<int64_t, float, std::string, std::vector<int64_t>> value;
};

class Emitter {
 public:
  // max_nodes: of work: nodes added, and those that are looked at for it.
  Emitter(Graph& graph, uint64_t max_nodes);

  // Infers the graph as it is; first.
  Status start() { return inference_.start(); }
  Graph& graph() { return graph_; }
  const Status& status() const { return status_; }
  Term term(ValueId id) { return {*this, id}; }

  // What the names of nodes and values begin with from now on. The model's names in it are
  // clipped().
  void set_name(std::string name) { name_ = std::move(name); }
  const std::string& name() const { return name_; }

  // The results of a new node. An empty input is one that is left out.
  std::vector<Term> add(std::string_view op_type, std::span<const Term> inputs, std::span<const Setting> settings,
                        size_t num_outputs);
  // The results of a node like `id` with other inputs.
  std::vector<Term> add_like(NodeId id, std::span<const Term> inputs);
  Term constant(Tensor tensor);
  // A new output of a node that leaves it out.
  Term extend_outputs(NodeId id, size_t index, Type type);
  // Work that adds no node counts towards max_nodes too.
  void charge(uint64_t work);
  void fail(Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

 private:
  std::vector<Term> add(Node node, size_t num_outputs);

  Graph& graph_;
  GrowingInference inference_;
  const uint64_t max_nodes_;
  uint64_t work_ = 0;
  int64_t opset_ = kOldestOpset;
  std::string name_;
  Status status_;
};

}  // namespace mortise::gradient
