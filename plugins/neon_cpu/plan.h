// SPDX-License-Identifier: Apache-2.0
//
// Plan: a program for one set of input shapes: every shape worked out, every call prepared, every address an offset.
//
// Immutable; any number of runs use it at once, each with a frame of its own (session.h).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "program.h"

namespace mortise::neon {

// An address: that of a base of the run, and an offset. Bases are numbered: the arena, nothing (the offset is the
// address: constants), the segment's inputs, the segment's outputs.
struct Location {
  uint32_t base = 0;
  uint64_t offset = 0;
};
inline constexpr uint32_t kArenaBase = 0;
inline constexpr uint32_t kAddressBase = 1;
inline constexpr uint32_t kFirstPortBase = 2;

struct PlannedCall {
  Call call;
  uint32_t step = 0;               // of the program
  std::vector<Location> operands;  // inputs, then outputs
  uint32_t num_inputs = 0;
  uint64_t temporary = 0;  // offsets in the arena
  uint64_t scratch = 0;
};

struct Plan {
  std::vector<Shape> input_shapes;  // what it was made for
  std::vector<Shape> output_shapes;
  std::vector<PlannedCall> calls;
  uint64_t arena_bytes = 0;
  uint32_t max_operands = 0;
  double ns = 0;          // estimated, on one thread
  bool parallel = false;  // worth the host's threads
};

// Fails, naming the node, where shapes do not go together or sizes are beyond any memory.
Result<std::shared_ptr<const Plan>> make_plan(const Program& program, std::vector<Shape> input_shapes,
                                              uint32_t max_workers);

}  // namespace mortise::neon
