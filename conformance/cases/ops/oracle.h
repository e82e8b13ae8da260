// Oracle: what the reference provider, adding up in float64, makes of a model: the results, those for inputs that were
// changed as a provider's numerics say, and what bounds are measured by.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "conformance/cases/ops/conditions.h"
#include "conformance/cases/ops/replica.h"
#include "conformance/compare/compare.h"
#include "conformance/generate/op_model.h"
#include "conformance/host/device.h"

namespace mortise::conformance::ops {

class Oracle {
 public:
  // The graph outlives the oracle. `again` makes its model once more, for replicas with other constants. `numerics` are
  // the provider's MORTISE_NUMERICS_*.
  static Result<Oracle> create(Device& device, const OpGraph& graph, const std::function<OpModel()>& again,
                               Measure measure, uint32_t numerics);

  Result<std::vector<Value>> results(std::span<const Value> inputs) const;
  // Results where subnormal numbers are zeros (MORTISE_NUMERICS_FLUSHES_SUBNORMALS), and where numbers of float32 are
  // rounded to float16 and to bfloat16 (MORTISE_NUMERICS_HALF_COMPUTE).
  std::vector<Alternative> alternatives(std::span<const Value> inputs) const;
  // Of the results' elements; empty where nothing is measured.
  std::vector<Value> measures(std::span<const Value> inputs) const;

 private:
  struct Other {
    Replica replica;
    DType unit;
  };

  std::unique_ptr<Session> session_;
  std::vector<Other> alternatives_;
  std::optional<Replica> magnitudes_;
  std::optional<Conditions> conditions_;
};

// Preallocates the outputs whose shapes inference knows.
RunSettings run_settings(const Graph& graph, const Session& session, int poison);

}  // namespace mortise::conformance::ops
