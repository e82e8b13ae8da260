#include "conformance/cases/ops/oracle.h"

#include <cmath>

#include "conformance/compare/element.h"
#include "mortise/provider.h"

namespace mortise::conformance::ops {

namespace {

double magnitude(double value, DType) { return std::fabs(value); }

double flushed(double value, DType dtype) {
  return std::fabs(value) < smallest_normal(*float_format(dtype)) ? std::copysign(0.0, value) : value;
}

template <class Narrow>
double rounded(double value, DType dtype) {
  return dtype == DType::kF32 ? static_cast<float>(static_cast<Narrow>(static_cast<float>(value))) : value;
}

Change each_number(NumberChange change) {
  return [change = std::move(change)](Value value) { return with_numbers(std::move(value), change); };
}

void take_magnitudes(OpModel& model) {
  for (auto& [name, value] : model.attributes) {
    if (auto* number = std::get_if<float>(&value)) *number = std::fabs(*number);
  }
}

}  // namespace

RunSettings run_settings(const Graph& graph, const Session& session, int poison) {
  RunSettings settings{.poison = poison};
  for (size_t i = 0; i < session.border().outputs.size(); ++i) {
    const auto shape = graph.value(session.border().outputs[i]).type.static_shape();
    if (shape) settings.shapes[i] = *shape;
  }
  return settings;
}

Result<Oracle> Oracle::create(Device& device, const OpGraph& graph, const std::function<OpModel()>& again,
                              Measure measure, uint32_t numerics) {
  Oracle oracle;
  MORTISE_ASSIGN(oracle.session_, device.compile(*graph.view, {0}));
  const auto add = [&](const NumberChange& change, DType unit) -> Status {
    MORTISE_ASSIGN(Replica replica, Replica::create(device, again(), each_number(change)));
    oracle.alternatives_.push_back({std::move(replica), unit});
    return {};
  };
  if ((numerics & MORTISE_NUMERICS_FLUSHES_SUBNORMALS) != 0) MORTISE_TRY(add(flushed, DType::kUndefined));
  if ((numerics & MORTISE_NUMERICS_HALF_COMPUTE) != 0) {
    MORTISE_TRY(add(rounded<Half>, DType::kF16));
    MORTISE_TRY(add(rounded<BFloat16>, DType::kBF16));
  }
  if (measure == Measure::kMagnitudes) {
    OpModel model = again();
    take_magnitudes(model);
    MORTISE_ASSIGN(oracle.magnitudes_, Replica::create(device, std::move(model), each_number(magnitude)));
  }
  if (measure == Measure::kConditions) {
    MORTISE_ASSIGN(oracle.conditions_, Conditions::create(device, again));
  }
  return oracle;
}

Result<std::vector<Value>> Oracle::results(std::span<const Value> inputs) const {
  RunOutcome outcome = session_->run(inputs);
  if (!outcome.status.ok()) return outcome.status;
  return std::move(outcome.outputs);
}

std::vector<Alternative> Oracle::alternatives(std::span<const Value> inputs) const {
  std::vector<Alternative> found;
  for (const Other& other : alternatives_) found.push_back({other.replica.run(inputs), other.unit});
  return found;
}

std::vector<Value> Oracle::measures(std::span<const Value> inputs) const {
  if (magnitudes_) return magnitudes_->run(inputs);
  return conditions_ ? conditions_->measure(inputs) : std::vector<Value>();
}

}  // namespace mortise::conformance::ops
