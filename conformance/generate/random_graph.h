// random_graph(): a random, type-correct graph of exact operators, made from a stream of random numbers.
//
// Diamonds, shared constants, values that many nodes read, nodes with several outputs, optional inputs and outputs left
// out, dead ends, control flow whose bodies read from around them, extents of 0 and 1, extents unknown before the run,
// and a batch that differs from run to run. Every value is an integer small enough that each operator is exact in every
// type (graph_builder.h), so that results are compared bit by bit and a difference is a fault of structure.
#pragma once

#include <vector>

#include "conformance/engine/random.h"
#include "conformance/generate/graph_builder.h"

namespace mortise::conformance {

struct RandomGraph {
  Graph graph;                // finalized, with types
  std::vector<Known> inputs;  // what the graph's inputs may be, in their order; the ids say nothing
  bool batched = false;
};

// The same stream gives the same graph. Errors are faults of this suite: a graph that is not valid ONNX.
Result<RandomGraph> random_graph(Random& random);

// Values for the inputs. batch: the extent of the batch, 0 and 1 included; says nothing for a graph without one.
std::vector<Value> random_inputs(const RandomGraph& graph, int64_t batch, Random& random);

}  // namespace mortise::conformance
