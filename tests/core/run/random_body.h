// Bodies of control flow made from a random generator: what they compute, in C++, and as nodes of a graph.
//
// Every value is int64[kBodyWidth] and wraps around, so that a body and its nodes agree exactly. A body sees the values
// before it by position: those of the graphs around it, then its own inputs, then what its steps make.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/core/run/model_builder.h"

namespace mortise::test {

inline constexpr int64_t kBodyWidth = 3;
using Numbers = std::vector<int64_t>;

struct Body {
  struct Step {
    std::string op;              // Add, Sub, Mul or If
    size_t a = 0, b = 0;         // but for If
    std::vector<Body> branches;  // of If: then, else; one result each
  };
  std::vector<Step> steps;
  std::vector<size_t> results;
};

// Sees `num_values` values; holds conditions up to `depth` deep.
Body random_body(std::mt19937& random, size_t num_values, size_t num_results, int depth = 2);

// The results for those values; every If asks `flag`.
std::vector<Numbers> evaluate(const Body& body, std::vector<Numbers> values, bool flag);

// Adds the body's nodes and outputs to the graph. `values` are the names of what it sees, of which those from `own` on
// are the graph's own inputs; `flag` is the name of the bool that every If asks.
void write_body(const Body& body, ModelBuilder& model, onnx::GraphProto& graph, std::vector<std::string> values,
                size_t own, const std::string& flag);

}  // namespace mortise::test
