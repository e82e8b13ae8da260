// SPDX-License-Identifier: Apache-2.0
//
// Plan: a program with a place in memory for each of its tensors.
//
// Constants lie behind one another in the session's weights. A tensor that leaves the segment is computed where it goes;
// what lives only inside shares one arena by lifetime. Where the same memory would have to be two outputs, or an output
// is an input or a constant, the program gets a step that copies.
#pragma once

#include "lower.h"
#include "mortise/sdk/provider.h"

namespace mortise::vulkan {

enum class Space : uint32_t { kUnused, kWeights, kArena, kInput, kOutput };

struct Place {
  Space space = Space::kUnused;
  uint32_t port = 0;    // of inputs and outputs
  uint64_t offset = 0;  // in the weights or in the arena
};

struct Plan {
  // A tensor that enters or leaves. An input that no step reads has no id.
  static constexpr TensorId kNone = UINT32_MAX;

  Program program;
  std::vector<Place> places;  // by tensor
  std::vector<TensorId> inputs;
  std::vector<TensorId> outputs;
  uint64_t weights_bytes = 0;
  uint64_t arena_bytes = 0;
};

// Lowers, fuses and places the segment. A node that does not suit is refused through the request.
Result<Plan> make_plan(const sdk::CompileRequest& request, const Target& target);

}  // namespace mortise::vulkan
