// SPDX-License-Identifier: Apache-2.0
//
// Passes: rewrites of a program before its weights are packed. passes.inc names them in the order they run.
//
// A pass is a function void(Rewriter&) in a file of its own. A Rewriter knows who writes and who reads each value, and
// keeps that up to date. All of this belongs to one compile() and one thread.
#pragma once

#include <span>
#include <vector>

#include "../program.h"

namespace mortise::neon {

class Rewriter {
 public:
  Rewriter(Program& program, const sdk::GraphView& graph);

  std::span<Step> steps() { return program_.steps; }
  const Value& value(uint32_t v) const { return program_.values[v]; }

  // The only step that reads `v`, through one operand, where nobody outside the segment reads it; otherwise null.
  Step* only_reader(uint32_t v);
  // The step that writes `v`; null for inputs and constants.
  Step* writer(uint32_t v);
  // Both values have the same extents in every run, as far as the graph says so.
  bool same_shape(uint32_t a, uint32_t b) const;

  // Joins two steps, of which `second` reads what `first` writes and nobody else does: `second` takes the nodes of
  // `first`, this op and these inputs, and goes on writing what it wrote. `first` is gone: its op is null.
  void join(Step& first, Step& second, std::unique_ptr<Op> op, std::vector<uint32_t> inputs);

 private:
  Program& program_;
  const sdk::GraphView& graph_;
  std::vector<uint32_t> num_readers_;  // per value: operands that read it
  std::vector<uint32_t> reader_;       // per value: a step that reads it
  std::vector<uint32_t> writer_;       // per value: the step that writes it
};

// Runs them all.
void run_passes(Program& program, const sdk::GraphView& graph);

}  // namespace mortise::neon
