// Program: a planned and compiled graph, ready to run. Built once, shared by all runs, never changed.
//
// Steps stand in topological order. A slot is a value that crosses a step's border: an input of the program, an output
// of a step, or a constant that a control-flow step or an output of the program needs.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/graph/graph.h"
#include "core/host/provider_instance.h"

namespace mortise::run {

class Executor;

// The bodies of a control-flow node that the core runs itself.
struct ControlFlow {
  NodeId node = kNoId;
  struct Body {
    Symbol attribute;  // "then_branch", "body", …
    std::shared_ptr<Executor> executor;
    std::vector<uint32_t> captured;  // per captured value of the body: position among the step's inputs
  };
  std::vector<Body> bodies;
};

inline constexpr uint32_t kNoSlot = kNoId;

struct Step {
  std::vector<NodeId> nodes;
  uint32_t provider = kNoId;                  // index in the session's providers; kNoId: the core
  std::shared_ptr<CompiledSession> session;   // null for control flow
  std::unique_ptr<ControlFlow> control_flow;  // null for a provider's segment
  std::vector<uint32_t> inputs;               // slots; kNoSlot: left out (control flow only)
  std::vector<uint32_t> outputs;
  std::vector<uint32_t> input_kinds;  // memory kind that the session wants, per input
  std::vector<uint32_t> output_kinds;
  std::vector<uint32_t> successors;  // steps that read an output of this one, each once
  uint32_t num_predecessors = 0;
};

struct Slot {
  ValueId value = kNoId;
  uint32_t producer = kNoId;  // step; kNoId for program inputs and constants
  uint32_t first = 0;         // steps between which its memory is in use
  uint32_t last = 0;
  bool is_output = false;
  // Memory of a provider that the host reaches too, where one of the steps that write or read the slot wants it: the
  // value is kept there and nobody copies it. Kind MORTISE_MEMORY_HOST: none.
  uint32_t home_provider = kNoId;
  uint32_t home_kind = MORTISE_MEMORY_HOST;
};

struct Program {
  const Graph* graph = nullptr;
  MemoryBudget* memory = nullptr;                            // of the session
  std::shared_ptr<const infer::CustomOperators> operators;   // that the session's providers bring; null: none
  std::vector<std::shared_ptr<ProviderInstance>> providers;  // in order of preference, the reference provider last
  std::vector<Step> steps;
  std::vector<Slot> slots;
  std::vector<uint32_t> inputs;     // slots, in the order in which values are given: graph inputs, then captured values
  std::vector<uint32_t> outputs;    // slots, in the order of the graph's outputs; a slot may appear more than once
  std::vector<uint32_t> constants;  // slots whose value is constant
  bool parallel = false;            // steps run at the same time where they can: see branches.h
};

// "value 'y' of node 'make_y' (Relu)"
inline std::string describe_value(const Graph& graph, ValueId id) {
  const ValueInfo& value = graph.value(id);
  std::string text = concat("value '", value.name.view(), "'");
  return value.producer == kNoId ? text : concat(text, " of ", describe(graph, value.producer));
}

}  // namespace mortise::run
