// Oracle: what the reference provider, adding up in float64, makes of a model: the results, those for inputs whose
// subnormal numbers were flushed to zero, and the magnitudes by which bounds of sums are measured.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "conformance/generate/op_model.h"
#include "conformance/host/device.h"

namespace mortise::conformance::ops {

class Oracle {
 public:
  // The graph outlives the oracle. `magnitudes`: the same model again where the bound needs magnitudes; its constants
  // and floating-point attributes are replaced by theirs.
  static Result<Oracle> create(Device& device, const OpGraph& graph, std::optional<OpModel> magnitudes);

  Result<std::vector<Value>> results(std::span<const Value> inputs) const;
  // Empty where no input is subnormal.
  std::vector<Value> flushed(std::span<const Value> inputs) const;
  // Empty unless asked for.
  std::vector<Value> magnitudes(std::span<const Value> inputs) const;

 private:
  std::unique_ptr<Session> session_;
  std::unique_ptr<OpGraph> magnitude_graph_;
  std::unique_ptr<Session> magnitude_session_;
};

// Preallocates the outputs whose shapes inference knows.
RunSettings run_settings(const Graph& graph, const Session& session, int poison);

}  // namespace mortise::conformance::ops
