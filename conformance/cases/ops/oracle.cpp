#include "conformance/cases/ops/oracle.h"

#include <cmath>

#include "conformance/compare/element.h"
#include "mortise/provider.h"

namespace mortise::conformance::ops {

namespace {

// The value with every floating-point element changed.
Value changed(Value value, double (*change)(double value, DType dtype)) {
  for (Value& element : value.elements) element = changed(element, change);
  if (!value.is_tensor() || !float_format(as_numbers(value.tensor).dtype())) return value;
  Tensor copy = Tensor::allocate(value.tensor.dtype(), value.tensor.shape()).value();
  if (copy.size_bytes() != 0) std::memcpy(copy.raw(), value.tensor.raw(), copy.size_bytes());
  Tensor elements = as_numbers(copy);
  for (int64_t i = 0; i < elements.num_elements(); ++i) {
    set_number(elements, i, change(*number_at(elements, i), elements.dtype()));
  }
  value.tensor = std::move(copy);
  return value;
}

double magnitude(double value, DType) { return std::fabs(value); }

double flushed(double value, DType dtype) {
  return std::fabs(value) < smallest_normal(*float_format(dtype)) ? std::copysign(0.0, value) : value;
}

template <class Narrow>
double rounded(double value, DType dtype) {
  return dtype == DType::kF32 ? static_cast<float>(static_cast<Narrow>(static_cast<float>(value))) : value;
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
                              bool with_magnitudes, uint32_t numerics) {
  Oracle oracle;
  MORTISE_ASSIGN(oracle.session_, device.compile(*graph.view, {0}));
  const auto add = [&](Change change, DType unit) -> Status {
    MORTISE_ASSIGN(Replica replica, replicate(device, again(), change, unit));
    oracle.alternatives_.push_back(std::move(replica));
    return {};
  };
  if ((numerics & MORTISE_NUMERICS_FLUSHES_SUBNORMALS) != 0) MORTISE_TRY(add(flushed, DType::kUndefined));
  if ((numerics & MORTISE_NUMERICS_HALF_COMPUTE) != 0) {
    MORTISE_TRY(add(rounded<Half>, DType::kF16));
    MORTISE_TRY(add(rounded<BFloat16>, DType::kBF16));
  }
  if (!with_magnitudes) return oracle;
  OpModel model = again();
  take_magnitudes(model);
  MORTISE_ASSIGN(Replica replica, replicate(device, std::move(model), magnitude, DType::kUndefined));
  oracle.magnitudes_.push_back(std::move(replica));
  return oracle;
}

Result<Oracle::Replica> Oracle::replicate(Device& device, OpModel model, Change change, DType unit) {
  for (OpInput& input : model.inputs) input.value = changed(std::move(input.value), change);
  Replica replica{.change = change, .unit = unit, .graph = nullptr, .session = nullptr};
  MORTISE_ASSIGN(replica.graph, make_graph(std::move(model)));
  MORTISE_ASSIGN(replica.session, device.compile(*replica.graph->view, {0}));
  return replica;
}

std::vector<Value> Oracle::Replica::run(std::span<const Value> inputs) const {
  std::vector<Value> others;
  for (const Value& input : inputs) others.push_back(changed(input, change));
  RunOutcome outcome = session->run(others);
  return outcome.status.ok() ? std::move(outcome.outputs) : std::vector<Value>();
}

Result<std::vector<Value>> Oracle::results(std::span<const Value> inputs) const {
  RunOutcome outcome = session_->run(inputs);
  if (!outcome.status.ok()) return outcome.status;
  return std::move(outcome.outputs);
}

std::vector<Alternative> Oracle::alternatives(std::span<const Value> inputs) const {
  std::vector<Alternative> found;
  for (const Replica& replica : alternatives_) found.push_back({replica.run(inputs), replica.unit});
  return found;
}

std::vector<Value> Oracle::magnitudes(std::span<const Value> inputs) const {
  return magnitudes_.empty() ? std::vector<Value>() : magnitudes_.front().run(inputs);
}

}  // namespace mortise::conformance::ops
