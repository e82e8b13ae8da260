// SPDX-License-Identifier: Apache-2.0
//
// Program: a compiled segment: steps over values, in the order they run. Shapes come later, with a Plan.
//
// Built by compiler.h and its passes, immutable afterwards.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mortise/sdk/graph_view.h"
#include "op.h"

namespace mortise::neon {

// Where the elements of a value are when a run begins.
enum class Origin {
  kComputed,  // nowhere yet: a step writes them
  kInput,     // input `port` of the segment
  kConstant,  // at `constant`
};

struct Value {
  sdk::ValueId id = sdk::kNoId;  // in the graph
  DType dtype = DType::kUndefined;
  Origin origin = Origin::kComputed;
  uint32_t port = 0;
  const void* constant = nullptr;
  Shape constant_shape;
  std::optional<uint32_t> output;  // it is this output of the segment
};

struct Step {
  std::unique_ptr<Op> op;
  std::vector<uint32_t> inputs;  // indices of values
  std::vector<uint32_t> outputs;
  std::vector<sdk::NodeId> nodes;  // that it covers
  std::string name;                // "Conv", "fused Conv+BatchNormalization+Relu"
};

struct Program {
  std::vector<Value> values;
  std::vector<Step> steps;
  std::vector<uint32_t> inputs;   // values, in the order of the segment's inputs
  std::vector<uint32_t> outputs;  // values, in the order of the segment's outputs
};

}  // namespace mortise::neon
