// SPDX-License-Identifier: Apache-2.0
//
// Program: a segment as the device carries it out: tensors, and steps that are one dispatch each. Lowering fills it
// (lower.h), fuse.h shortens it, plan.h gives every tensor its place, recording.h writes it into a command buffer.
//
// A program is made for one set of shapes and knows nothing of a session, so that a session can hold one per signature
// of its inputs' shapes.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "chain.h"
#include "mortise/sdk/dtype.h"
#include "mortise/sdk/graph_view.h"
#include "mortise/sdk/shape.h"
#include "pipelines.h"

namespace mortise::vulkan {

using TensorId = uint32_t;

struct Tensor {
  DType dtype = DType::kUndefined;
  Shape dims;
  uint64_t bytes = 0;
  // Writes the elements of a constant, `bytes` of them; empty for a tensor that is none. Called only while the segment is
  // compiled.
  std::function<void(std::byte* target)> fill;
  // The tensor whose memory this one shares: itself, or that of which it is another view.
  TensorId root = 0;
  bool is_constant() const { return fill != nullptr; }
};

struct Step {
  Shader shader = Shader::pointwise;
  std::string name;                // for profiles: "Conv+Relu"
  std::vector<sdk::NodeId> nodes;  // that it carries out
  std::vector<uint32_t> spec;      // specialization constants; 0 … 9 until encode()
  std::vector<TensorId> outputs;   // bindings: these …
  std::vector<TensorId> inputs;    // … then these
  std::vector<uint32_t> push;      // push constants
  std::array<uint32_t, 2> groups{1, 1};
  // A step that ends in a chain (see shaders/chain.glsl) has one output; its first `own_inputs` inputs are the
  // shader's, the others operands of the chain. encode() turns it into constants, bindings and a buffer.
  std::optional<Chain> chain;
  uint32_t own_inputs = 0;
};

struct Program {
  std::vector<Tensor> tensors;
  std::vector<Step> steps;
  std::unordered_map<sdk::ValueId, TensorId> of_value;

  TensorId add(Tensor tensor) {
    tensor.root = static_cast<TensorId>(tensors.size());
    tensors.push_back(std::move(tensor));
    return tensors.back().root;
  }
  TensorId root_of(TensorId tensor) const { return tensors[tensor].root; }
};

// Words on the device, made here.
TensorId add_words(Program& program, std::vector<uint32_t> words);

// Completes the steps with how their tensors are stored and with their chains. To be called once, after fusion.
void encode(Program& program);

}  // namespace mortise::vulkan
