// Replica: the model of a case once more, whose constants and inputs are changed, compiled by the oracle.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "conformance/generate/op_model.h"
#include "conformance/host/device.h"

namespace mortise::conformance::ops {

// What becomes of one floating-point number of a type.
using NumberChange = std::function<double(double value, DType dtype)>;
// What becomes of an input or a constant.
using Change = std::function<Value(Value)>;

// The value with every floating-point number changed.
Value with_numbers(Value value, const NumberChange& change);

class Replica {
 public:
  static Result<Replica> create(Device& device, OpModel model, Change change);

  // The results for the inputs, which are changed as the constants were; empty where the device cannot run such inputs.
  std::vector<Value> run(std::span<const Value> inputs) const;

 private:
  explicit Replica(Change change) : change_(std::move(change)) {}

  Change change_;
  std::unique_ptr<OpGraph> graph_;
  std::unique_ptr<Session> session_;
};

}  // namespace mortise::conformance::ops
