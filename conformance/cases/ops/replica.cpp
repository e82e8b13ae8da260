#include "conformance/cases/ops/replica.h"

#include <cstring>

#include "conformance/compare/element.h"

namespace mortise::conformance::ops {

Value with_numbers(Value value, const NumberChange& change) {
  std::vector<Value> elements = value.elements.list();
  for (Value& element : elements) element = with_numbers(std::move(element), change);
  value.elements = std::move(elements);
  if (!value.is_tensor() || !float_format(as_numbers(value.tensor).dtype())) return value;
  Tensor copy = Tensor::allocate(value.tensor.dtype(), value.tensor.shape()).value();
  if (copy.size_bytes() != 0) std::memcpy(copy.raw(), value.tensor.raw(), copy.size_bytes());
  Tensor numbers = as_numbers(copy);
  for (int64_t i = 0; i < numbers.num_elements(); ++i) {
    set_number(numbers, i, change(*number_at(numbers, i), numbers.dtype()));
  }
  value.tensor = std::move(copy);
  return value;
}

Result<Replica> Replica::create(Device& device, OpModel model, Change change) {
  Replica replica(std::move(change));
  for (OpInput& input : model.inputs) input.value = replica.change_(std::move(input.value));
  MORTISE_ASSIGN(replica.graph_, make_graph(std::move(model)));
  MORTISE_ASSIGN(replica.session_, device.compile(*replica.graph_->view, {0}));
  return replica;
}

std::vector<Value> Replica::run(std::span<const Value> inputs) const {
  std::vector<Value> others;
  for (const Value& input : inputs) others.push_back(change_(input));
  RunOutcome outcome = session_->run(others);
  return outcome.status.ok() ? std::move(outcome.outputs) : std::vector<Value>();
}

}  // namespace mortise::conformance::ops
