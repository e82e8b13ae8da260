// StepGraph: a program's steps as a oneTBB flow graph, for programs whose steps are worth running at the same time.
//
// Built once and run any number of times, one run at a time; a run allocates nothing after the first ones. Not
// thread-safe: each run in flight has its own.
#pragma once

#include <functional>
#include <memory>

#include "core/host/host_context.h"
#include "core/run/program.h"

namespace mortise::run {

class StepGraph {
 public:
  // program and host outlive the graph.
  StepGraph(const Program& program, HostContext& host);
  ~StepGraph();

  // Calls body(step) for every step, each after its predecessors have returned, on threads of the host's arena, this
  // one among them; returns when all have returned. The body may suspend its task (see Wait) and does not throw.
  void run(const std::function<void(uint32_t)>& body);

 private:
  struct Nodes;
  std::unique_ptr<Nodes> nodes_;
};

}  // namespace mortise::run
