// Emitter: adds ONNX nodes to a graph; Term: a value of that graph, with which what adds them calculates (terms.h).
//
//   const Term slope = number(1.0, y) - y * y;
//   derivation.give(0, derivation.dy() * slope);
//
// The first fault is kept in status(); what follows from it are empty Terms, so that nobody needs to ask after every
// step. The nodes are those of the model's own opset, or of the oldest that will do where the model's is older. Not
// thread-safe.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/graph/clipped.h"
#include "core/graph/graph.h"
#include "core/infer/infer.h"

namespace mortise::emit {

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
  static constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

  // max_nodes: of work that derivatives make: nodes added, and those that are looked at for it.
  Emitter(Graph& graph, int64_t oldest_opset, uint64_t max_nodes = kNoLimit);

  // Infers the graph as it is, first. From then on every node gets its type as it is added, so that a Term knows as much
  // of its shape as inference does; without it the types of new values are unknown.
  Status start();
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
  // The node of `result`, which nobody else has read, writes `id` in its place.
  void assign(ValueId id, Term result);
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
  std::optional<GrowingInference> inference_;
  const uint64_t max_nodes_;
  uint64_t work_ = 0;
  int64_t opset_;
  std::string name_;
  Status status_;
};

}  // namespace mortise::emit
