// EinsumPlan: an Einsum as products of two factors each, in a good order.
//
// A loop nest over all indices costs the product of all extents. Taken in pairs, an index is summed as soon as no other
// factor has it, and no product costs more than that nest. Pure functions of extents and steps.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "providers/reference/ops/einsum_equation.h"

namespace mortise::reference {

// Places in what follows: the factors of a product, and its result.
enum EinsumPlace { kFactorA, kFactorB, kResult };
using EinsumOffsets = std::array<int64_t, 3>;

// Indices that are walked as one, the last one innermost, and their steps in the factors and in the result. Neighbours
// that step as one everywhere are one axis. There is always an axis, if only of extent 1.
class EinsumAxes {
 public:
  void add(int64_t extent, const EinsumOffsets& steps);

  uint64_t size() const { return static_cast<uint64_t>(extents_.num_elements()); }
  // By which one goes on within a run.
  int64_t inner_step(EinsumPlace place) const { return steps_[place].back(); }
  // Where the element number `position` is.
  EinsumOffsets offsets_at(uint64_t position) const;
  // Calls run(done, length, offsets) for pieces of the `count` elements from `begin` on: `done` elements are before the
  // piece, offsets are those of its first element, and it goes on by inner_step().
  template <class Run>
  void for_each_run(uint64_t begin, uint64_t count, Run&& run) const {
    const auto inner = static_cast<uint64_t>(extents_.back());
    for (uint64_t done = 0; done < count;) {
      const uint64_t length = std::min(inner - (begin + done) % inner, count - done);
      run(done, length, offsets_at(begin + done));
      done += length;
    }
  }

 private:
  Shape extents_{1};
  Shape steps_[3] = {{0}, {0}, {0}};  // by EinsumPlace
};

// One product. Factors are numbered: first the inputs of the equation, then the number 1, then the results of the steps
// before.
struct EinsumStep {
  size_t a = 0, b = 0;
  EinsumAxes batch;    // kept; of both factors; if the step sums nothing, whatever it keeps
  EinsumAxes rows;     // kept; of a only
  EinsumAxes columns;  // kept; of b only
  EinsumAxes depth;    // summed

  bool sums() const { return depth.size() != 1; }
  uint64_t result_size() const { return batch.size() * rows.size() * columns.size(); }
};

// The last step's result is the output; the others are dense. No extent may be 0: the output is then 0 or empty.
// Fails if a result on the way has too many elements.
Result<std::vector<EinsumStep>> plan_einsum(const EinsumIndices& indices);

}  // namespace mortise::reference
