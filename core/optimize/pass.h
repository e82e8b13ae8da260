// Passes: what each rewrites, and what they share.
//
// A pass takes a finalized graph whose types are inferred, rewrites it in time linear in the graph, and says whether it
// changed anything; it leaves finalize() and bodies to optimize(). A pass never changes what a graph computes, its
// inputs, or the number, order and names of its outputs. Not thread-safe for one graph; reentrant for distinct ones.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/graph/graph.h"

namespace mortise::infer {
class CustomOperators;
}

namespace mortise::optimize {

// Computes a node whose inputs are all constant: one tensor for each of its outputs (an empty one for an output that is
// left out). An error means that the node cannot be computed now; it stays in the graph.
using Evaluator = std::function<Result<std::vector<Tensor>>(const Graph&, NodeId)>;

struct PassContext {
  Evaluator evaluate;                                 // empty: nothing is folded
  const infer::CustomOperators* operators = nullptr;  // beside the standard's; null for none
  uint64_t max_folded_bytes = uint64_t{64} << 20;     // of all folded results together
  mutable uint64_t folded_bytes = 0;                  // so far; kept by fold_constants
};

using PassFunction = Result<bool> (*)(Graph&, const PassContext&);

struct Pass {
  std::string_view name;
  PassFunction run;
};

// Every pass, in the order in which they run: passes.inc.
std::span<const Pass> passes();

#define MORTISE_PASS(pass) Result<bool> pass(Graph& graph, const PassContext& context);
#include "core/optimize/passes.inc"
#undef MORTISE_PASS

// The node is an ONNX operator that gives the same results for the same inputs: in the operator table, neither random
// nor with a body.
bool is_pure(const Node& node);

// Which values become which others, collected by a pass and applied at its end.
class Redirections {
 public:
  explicit Redirections(Graph& graph) : graph_(graph), targets_(graph.num_values(), kNoId) {}

  // The value that readers of `id` will read.
  ValueId find(ValueId id) const;
  // Redirects `from` to `to`, a value that is defined before it. False, and nothing happens, if that would make an
  // output of the graph something other than the result of a node of its own (an input, a constant, or another output).
  bool add(ValueId from, ValueId to);
  bool empty() const { return empty_; }
  void apply() {
    if (!empty_) graph_.redirect(targets_);
  }

 private:
  Graph& graph_;
  std::vector<ValueId> targets_;
  bool empty_ = true;
};

}  // namespace mortise::optimize
