// The graphs suite: random graphs, run partly on the device, partly on the oracle.
#include "conformance/cases/graphs.h"

#include "conformance/cases/mixed_check.h"
#include "conformance/engine/suites.h"
#include "conformance/generate/random_graph.h"
#include "core/model/export.h"

namespace mortise::conformance {

namespace {

// How much of its claims the device gets: often everything, so that large segments are met too.
constexpr uint32_t kClaimedPercents[] = {100, 100, 85, 60, 40};

std::vector<std::vector<Value>> random_runs(const RandomGraph& graph, Random& random) {
  std::vector<std::vector<Value>> runs = {random_inputs(graph, kBatch, random)};
  if (graph.batched) {
    for (const int64_t batch : {int64_t{1}, int64_t{0}, int64_t{7}}) {
      runs.push_back(random_inputs(graph, batch, random));
    }
  }
  return runs;
}

Verdict run_graph(Rig& rig) {
  Random random = rig.random();
  const Result<RandomGraph> graph = random_graph(random);
  if (!graph.ok()) return suite_failed(graph.status());
  MixedTask task{.graph = graph->graph, .runs = random_runs(*graph, random)};
  task.percent = choose(random, kClaimedPercents);
  return check_mixed(rig, task, random);
}

}  // namespace

Result<std::vector<Specimen>> graph_specimens(const Settings& settings, std::string_view name) {
  Random random = stream_of(settings.seed, name);
  MORTISE_ASSIGN(const RandomGraph graph, random_graph(random));
  MORTISE_ASSIGN(const std::string model, serialize_graph(graph.graph));
  std::vector<Specimen> specimens;
  for (std::vector<Value>& inputs : random_runs(graph, random)) specimens.push_back({model, std::move(inputs)});
  return specimens;
}

void add_graphs_cases(const Settings& settings, std::vector<Case>& cases) {
  for (uint32_t i = 0; i < settings.graphs; ++i) {
    cases.push_back({.name = concat("graph-", i),
                     .description =
                         "Runs a random graph of exact operators, of which the provider has what it claims or a "
                         "part of that. Every output is the oracle's, bit by bit, in every run.",
                     .run = run_graph});
  }
}

}  // namespace mortise::conformance
