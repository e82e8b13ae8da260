#include "core/run/step_graph.h"

#include <tbb/flow_graph.h>

#include <deque>

#include "core/base/tsan.h"

namespace mortise::run {

using StepNode = tbb::flow::continue_node<tbb::flow::continue_msg>;

// A node fires once in a run, when as many messages have come as it has predecessors, and counts anew after that.
struct StepGraph::Nodes {
  const Program& program;
  tbb::task_arena& arena;
  tbb::flow::graph graph;
  std::deque<StepNode> nodes;
  std::vector<char> order;  // an address per step, to tell ThreadSanitizer what the edges order
  char start = 0;
  char end = 0;
  const std::function<void(uint32_t)>* body = nullptr;

  Nodes(const Program& p, tbb::task_arena& a) : program(p), arena(a), order(p.steps.size()) {
    for (uint32_t step = 0; step < program.steps.size(); ++step) {
      nodes.emplace_back(
          graph, [this, step](tbb::flow::continue_msg) { run_step(step); }, priority(program.steps[step]));
    }
    for (uint32_t step = 0; step < program.steps.size(); ++step) {
      for (const uint32_t successor : program.steps[step].successors)
        tbb::flow::make_edge(nodes[step], nodes[successor]);
    }
  }

  // A device that has its work early computes while the host's threads do theirs.
  static tbb::flow::node_priority_t priority(const Step& step) {
    const bool on_device = step.session != nullptr && step.session->provider().async_run() != nullptr;
    return on_device ? 1 : tbb::flow::no_priority;
  }

  void run_step(uint32_t step) {
    tsan_acquire(&start);
    tsan_acquire(&order[step]);
    (*body)(step);
    for (const uint32_t successor : program.steps[step].successors) tsan_release(&order[successor]);
    tsan_release(&end);
  }
};

StepGraph::StepGraph(const Program& program, HostContext& host) {
  // A flow graph belongs to the arena in which it is made.
  host.arena().execute([&] { nodes_ = std::make_unique<Nodes>(program, host.arena()); });
}

StepGraph::~StepGraph() = default;

void StepGraph::run(const std::function<void(uint32_t)>& body) {
  nodes_->body = &body;
  tsan_release(&nodes_->start);
  nodes_->arena.execute([this] {
    for (uint32_t step = 0; step < nodes_->nodes.size(); ++step) {
      if (nodes_->program.steps[step].num_predecessors == 0) nodes_->nodes[step].try_put({});
    }
    nodes_->graph.wait_for_all();
  });
  tsan_acquire(&nodes_->end);
}

}  // namespace mortise::run
