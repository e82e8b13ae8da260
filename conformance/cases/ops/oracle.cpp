#include "conformance/cases/ops/oracle.h"

#include <algorithm>
#include <cmath>

#include "conformance/compare/compare.h"
#include "conformance/compare/element.h"

namespace mortise::conformance::ops {

namespace {

// The value with every floating-point element replaced by function(element).
template <class Function>
Value changed(Value value, Function&& function) {
  for (Value& element : value.elements) element = changed(element, function);
  if (!value.is_tensor() || !float_format(as_numbers(value.tensor).dtype())) return value;
  Tensor copy = Tensor::allocate(value.tensor.dtype(), value.tensor.shape()).value();
  if (copy.size_bytes() != 0) std::memcpy(copy.raw(), value.tensor.raw(), copy.size_bytes());
  Tensor elements = as_numbers(copy);
  for (int64_t i = 0; i < elements.num_elements(); ++i) set_number(elements, i, function(*number_at(elements, i)));
  value.tensor = std::move(copy);
  return value;
}

double magnitude(double value) { return std::fabs(value); }

void take_magnitudes(OpModel& model) {
  for (OpInput& input : model.inputs) input.value = changed(std::move(input.value), magnitude);
  for (auto& [name, value] : model.attributes) {
    if (auto* number = std::get_if<float>(&value)) *number = std::fabs(*number);
  }
}

bool is_subnormal(double value, DType dtype) {
  return value != 0 && std::fabs(value) < smallest_normal(*float_format(dtype));
}

bool has_subnormal(std::span<const Value> inputs) {
  const auto tensors = tensors_of(inputs);
  return std::any_of(tensors.begin(), tensors.end(), [](const Tensor* tensor) {
    if (!float_format(tensor->dtype())) return false;
    for (int64_t i = 0; i < tensor->num_elements(); ++i) {
      if (is_subnormal(*number_at(*tensor, i), tensor->dtype())) return true;
    }
    return false;
  });
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

Result<Oracle> Oracle::create(Device& device, const OpGraph& graph, std::optional<OpModel> magnitudes) {
  Oracle oracle;
  MORTISE_ASSIGN(oracle.session_, device.compile(*graph.view, {0}));
  if (!magnitudes) return oracle;
  take_magnitudes(*magnitudes);
  MORTISE_ASSIGN(oracle.magnitude_graph_, make_graph(std::move(*magnitudes)));
  MORTISE_ASSIGN(oracle.magnitude_session_, device.compile(*oracle.magnitude_graph_->view, {0}));
  return oracle;
}

Result<std::vector<Value>> Oracle::results(std::span<const Value> inputs) const {
  RunOutcome outcome = session_->run(inputs);
  if (!outcome.status.ok()) return outcome.status;
  return std::move(outcome.outputs);
}

std::vector<Value> Oracle::flushed(std::span<const Value> inputs) const {
  if (!has_subnormal(inputs)) return {};
  std::vector<Value> flushed;
  for (const Value& input : inputs) {
    const DType dtype = input.tensor.dtype();
    flushed.push_back(changed(
        input, [dtype](double value) { return is_subnormal(value, dtype) ? std::copysign(0.0, value) : value; }));
  }
  RunOutcome outcome = session_->run(flushed);
  return outcome.status.ok() ? std::move(outcome.outputs) : std::vector<Value>();
}

std::vector<Value> Oracle::magnitudes(std::span<const Value> inputs) const {
  if (magnitude_session_ == nullptr) return {};
  std::vector<Value> magnitudes;
  for (const Value& input : inputs) magnitudes.push_back(changed(input, magnitude));
  RunOutcome outcome = magnitude_session_->run(magnitudes);
  return outcome.status.ok() ? std::move(outcome.outputs) : std::vector<Value>();
}

}  // namespace mortise::conformance::ops
