#include "conformance/generate/random_graph.h"

#include <algorithm>

#include "conformance/generate/integer_tensor.h"
#include "core/infer/infer.h"

namespace mortise::conformance {

namespace {

constexpr int64_t kOldestOpset = 14;
constexpr int64_t kNewestGraphOpset = 22;

// Most of what nobody reads, the rest being dead ends, and now and then what somebody does read.
std::vector<Known> choose_outputs(const GraphBuilder& builder, Random& random) {
  std::vector<Known> outputs;
  for (const Known& leaf : builder.leaves()) {
    if (chance(random, 85)) outputs.push_back(leaf);
  }
  if (chance(random, 50)) outputs.push_back(choose(random, builder.made()));
  if (outputs.empty()) outputs.push_back(builder.made().back());
  std::sort(outputs.begin(), outputs.end(), [](const Known& a, const Known& b) { return a.id < b.id; });
  outputs.erase(
      std::unique(outputs.begin(), outputs.end(), [](const Known& a, const Known& b) { return a.id == b.id; }),
      outputs.end());
  return outputs;
}

}  // namespace

Result<RandomGraph> random_graph(Random& random) {
  RandomGraph made{.graph = Graph(std::make_shared<StringTable>())};
  Graph& graph = made.graph;
  graph.name = graph.intern("graph");
  graph.opsets.push_back({graph.intern(""), between(random, kOldestOpset, kNewestGraphOpset)});
  made.batched = chance(random, 40);
  GraphBuilder builder(graph, random, made.batched);
  const uint64_t wanted = 3 + below(random, 25);
  // What was picked need not fit, so that a step may add nothing.
  while (builder.made().size() < wanted) builder.grow();
  for (const Known& output : choose_outputs(builder, random)) {
    graph.outputs.push_back(output.id);
    graph.output_names.push_back(graph.value(output.id).name);
  }
  made.inputs = builder.inputs();
  MORTISE_TRY(graph.finalize());
  MORTISE_TRY(infer_types(graph));
  return made;
}

std::vector<Value> random_inputs(const RandomGraph& graph, int64_t batch, Random& random) {
  std::vector<Value> values;
  for (const Known& input : graph.inputs) {
    Shape shape = input.shape;
    if (input.batched) shape[0] = batch;
    values.emplace_back(random_integers(input.dtype, shape, input.range.low, input.range.high, random));
  }
  return values;
}

}  // namespace mortise::conformance
