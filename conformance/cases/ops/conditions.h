// Conditions: how far the elements of an operator's results move when the numbers that it is given do.
//
// An element's condition is sqrt(Σ (x · de/dx)²) over all numbers x of inputs, constants and attributes: its standard
// deviation, per unit, when each x is off by a unit of its own. A chain of steps that are rounded one by one gives what the
// exact operator makes of numbers that are off by a few roundings, and so is as far from the exact result as the condition
// says (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 1.6). The derivatives are not asked for one by
// one: the oracle runs on numbers that are moved at random, and the root mean square of what that does is an estimate
// (Kenney and Laub, Small-Sample Statistical Condition Estimates for General Matrix Functions, 1994).
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "conformance/cases/ops/replica.h"

namespace mortise::conformance::ops {

class Conditions {
 public:
  // `again` makes the model once more.
  static Result<Conditions> create(Device& oracle, const std::function<OpModel()>& again);

  // float64 tensors of the results' shapes; empty where the oracle cannot run the inputs.
  std::vector<Value> measure(std::span<const Value> inputs) const;

 private:
  std::vector<Replica> replicas_;  // the first leaves the numbers where they are
};

}  // namespace mortise::conformance::ops
