// reduce(): the smallest specimen that it finds which still shows a fault.
//
// Drops outputs, cuts nodes away (what they gave to others becomes an input, with the value that the oracle computes), makes
// extents smaller, attributes their defaults and the inputs' values 0 or 1, again and again until no change is left that
// keeps the fault. Only models that the oracle runs are tried. Not thread-safe.
#pragma once

#include <functional>

#include "conformance/generate/specimen.h"
#include "conformance/host/device.h"

namespace mortise::conformance {

struct Reduction {
  Specimen specimen;
  std::vector<Value> outputs;  // the oracle's, by the graph's outputs
  uint32_t nodes_before = 0;
  uint32_t nodes = 0;
  uint32_t tries = 0;
  bool finished = false;  // nothing is left to try; otherwise the time was up
};

// Whether a specimen still shows the fault. An error ends the reduction as the end of its time does.
using StillFails = std::function<Result<bool>(const Specimen& specimen)>;

// start: shows it, which is not asked again. Fails where the oracle does not run `start`.
Result<Reduction> reduce(const Specimen& start, Device& oracle, double seconds, const StillFails& still_fails);

}  // namespace mortise::conformance
