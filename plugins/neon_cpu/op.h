// SPDX-License-Identifier: Apache-2.0
//
// Op: what a node becomes: shapes to shapes, and shapes to a call.
//
// An op is made by a lower function (lower.h), may be changed or merged by passes, and keeps its meaning from prepare()
// on: infer() and plan() are [thread-safe]. Weights are packed once, in prepare(), or, where the way depends on the
// shape (convolutions), by the first plan() that wants it. What plan() puts into a Call is run with other
// addresses each time, by several threads at once, and depends on nothing but the addresses.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "kernels/work.h"
#include "mortise/sdk/host.h"
#include "mortise/sdk/result.h"
#include "mortise/sdk/shape.h"

namespace mortise::neon {

// The addresses of one run of a call.
struct Operands {
  std::byte* const* inputs;
  std::byte* const* outputs;
  std::byte* temporary;  // shared by the phases and chunks of the call
  std::byte* scratch;    // of this worker
  std::atomic<const char*>* fault;

  // Ends the run with this sentence, which lives for ever, once the phase is done.
  void fail(const char* sentence) const { fault->store(sentence, std::memory_order_relaxed); }

  template <class T>
  const T* in(size_t i) const {
    return reinterpret_cast<const T*>(inputs[i]);
  }
  template <class T>
  T* out(size_t i = 0) const {
    return reinterpret_cast<T*>(outputs[i]);
  }
};

// Computes items [begin, end) of a phase. The result of an item does not depend on the range it came in.
using Body = std::function<void(const Operands&, uint64_t begin, uint64_t end)>;

struct Phase {
  uint64_t count = 0;
  uint64_t grain = 1;  // items of a chunk
  Body body;
};

// Phases run one after the other, the chunks of a phase at the same time.
class Call {
 public:
  // The items of a kernel. Its ranges find their scratch in Operands::scratch.
  void split(const Work& work, Body body) {
    scratch_bytes = std::max(scratch_bytes, work.scratch_bytes);
    split(work.items, work.ns_per_item, std::move(body));
  }
  // `count` items that take about `ns_per_item` each on one thread.
  void split(uint64_t count, double ns_per_item, Body body);

  // Why there is no call: no memory for what it needs.
  Status status;
  uint64_t temporary_bytes = 0;
  uint64_t scratch_bytes = 0;  // per worker

  std::span<const Phase> phases() const { return phases_; }
  double ns() const { return ns_; }

 private:
  std::vector<Phase> phases_;
  double ns_ = 0;
};

class Op {
 public:
  virtual ~Op() = default;

  // Sets the shapes of the outputs, or says why the inputs do not go together.
  virtual Status infer(std::span<const Shape> inputs, std::span<Shape> outputs) const = 0;
  // Fills the call for inputs and outputs that infer() related. Every output element is written by the call.
  virtual void plan(std::span<const Shape> inputs, std::span<const Shape> outputs, Call& call) const = 0;
  // After the passes and before the first plan().
  virtual Status prepare(const sdk::Host& /*host*/) { return {}; }
  // The only output is the first input under another shape; plan() is never called.
  virtual bool is_view() const { return false; }
};

}  // namespace mortise::neon
