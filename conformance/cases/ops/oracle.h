// Oracle: what the reference provider, adding up in float64, makes of a model: the results, those for inputs that were
// changed as a provider's numerics say, and the magnitudes by which bounds of sums are measured.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "conformance/compare/compare.h"
#include "conformance/generate/op_model.h"
#include "conformance/host/device.h"

namespace mortise::conformance::ops {

class Oracle {
 public:
  // The graph outlives the oracle. `again` makes its model once more, for replicas with other constants. `numerics` are
  // the provider's MORTISE_NUMERICS_*.
  static Result<Oracle> create(Device& device, const OpGraph& graph, const std::function<OpModel()>& again,
                               bool with_magnitudes, uint32_t numerics);

  Result<std::vector<Value>> results(std::span<const Value> inputs) const;
  // Results where subnormal numbers are zeros (MORTISE_NUMERICS_FLUSHES_SUBNORMALS), and where numbers of float32 are
  // rounded to float16 and to bfloat16 (MORTISE_NUMERICS_HALF_COMPUTE).
  std::vector<Alternative> alternatives(std::span<const Value> inputs) const;
  // Empty unless asked for.
  std::vector<Value> magnitudes(std::span<const Value> inputs) const;

 private:
  using Change = double (*)(double value, DType dtype);
  // The same model, whose constants and inputs are changed.
  struct Replica {
    Change change;
    DType unit;
    std::unique_ptr<OpGraph> graph;
    std::unique_ptr<Session> session;

    // Empty where the oracle cannot run such inputs.
    std::vector<Value> run(std::span<const Value> inputs) const;
  };
  static Result<Replica> replicate(Device& device, OpModel model, Change change, DType unit);

  std::unique_ptr<Session> session_;
  std::vector<Replica> alternatives_;
  std::vector<Replica> magnitudes_;  // one or none
};

// Preallocates the outputs whose shapes inference knows.
RunSettings run_settings(const Graph& graph, const Session& session, int poison);

}  // namespace mortise::conformance::ops
