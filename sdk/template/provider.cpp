// SPDX-License-Identifier: 0BSD
// A provider written with the C++ wrapper: it runs Add and Mul of float32 tensors with equal, known shapes on the CPU.
// Replace claim(), compile() and run() by your device's; the wrapper does the rest of the ABI.
#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

#include "mortise/sdk/plugin.h"

namespace {

using namespace mortise;
constexpr char kWhy[] = "no Add or Mul of equal f32 shapes";  // a node is refused
using Operands = std::array<sdk::ValueId, 3>;                 // a, b, result
Operands operands(const sdk::NodeView& node) { return {node.inputs()[0], node.inputs()[1], node.outputs()[0]}; }
bool supports(const sdk::GraphView& graph, const sdk::NodeView& node) {
  const bool known = node.domain().empty() && (node.op_type() == "Add" || node.op_type() == "Mul");
  if (!known || !node.has_input(0) || !node.has_input(1) || !node.has_output(0)) return false;
  const auto shape = graph.value(node.inputs()[0]).static_shape();
  return shape && checked_num_elements(*shape) && std::ranges::all_of(operands(node), [&](sdk::ValueId id) {
           return graph.value(id).dtype() == DType::kF32 && graph.value(id).static_shape() == shape;
         });
}

// Keeps the values that the run does not bring: constants and what steps hand to each other.
class Session : public sdk::Session {
 public:
  explicit Session(const sdk::CompileRequest& request) {
    inputs_.assign(request.inputs().begin(), request.inputs().end());
    outputs_.assign(request.outputs().begin(), request.outputs().end());
    for (const sdk::NodeId id : request.nodes()) {
      const sdk::NodeView node = request.graph().node(id);
      steps_.emplace_back(node.op_type() == "Mul", operands(node));
      for (const sdk::ValueId value : operands(node)) keep(request.graph().value(value));
    }
  }
  Status run(const sdk::RunArgs& args) override {
    std::map<sdk::ValueId, std::span<float>> values;
    for (auto& [id, memory] : kept_) values[id] = memory;
    for (size_t i = 0; i < inputs_.size(); ++i) values[inputs_[i]] = args.input(i).data<float>();
    for (size_t i = 0; i < outputs_.size(); ++i) {
      if (!args.output(i).absent()) values[outputs_[i]] = args.output(i).data<float>();
    }
    for (const auto& [multiply, operand] : steps_) {
      if (args.cancelled()) return Status(StatusCode::kCancelled, "cancelled");
      const auto apply = [multiply = multiply](float a, float b) { return multiply ? a * b : a + b; };
      std::ranges::transform(values[operand[0]], values[operand[1]], values[operand[2]].begin(), apply);
    }
    return {};
  }

 private:
  void keep(const sdk::ValueView& value) {
    if (std::ranges::find(inputs_, value.id()) != inputs_.end()) return;
    kept_[value.id()].resize(static_cast<size_t>(value.static_shape()->num_elements()));
    if (value.is_constant()) std::ranges::copy(value.constant().data<float>(), kept_[value.id()].begin());
  }
  std::vector<sdk::ValueId> inputs_, outputs_;
  std::vector<std::pair<bool, Operands>> steps_;  // whether it multiplies
  std::map<sdk::ValueId, std::vector<float>> kept_;
};

class Provider : public sdk::Provider {
 public:
  static const mortise_provider_descriptor_t kDescriptor;
  Provider(const sdk::Host& host, std::string_view options) : sdk::Provider(host) {
    if (options != "{}") throw std::invalid_argument("there are no options");
  }
  std::string describe() const override { return "the CPU"; }
  Status claim(const sdk::GraphView& graph, sdk::ClaimSink& sink) override {
    for (sdk::NodeId id = 0; id < graph.num_nodes(); ++id) {
      MORTISE_TRY(supports(graph, graph.node(id)) ? sink.claim(id) : sink.decline(id, MORTISE_REFUSAL_OTHER, kWhy));
    }
    return {};
  }
  Result<std::unique_ptr<sdk::Session>> compile(const sdk::CompileRequest& request) override {
    for (const sdk::NodeId id : request.nodes()) {
      if (!supports(request.graph(), request.graph().node(id))) return request.refuse(id, MORTISE_REFUSAL_OTHER, kWhy);
    }
    return std::unique_ptr<sdk::Session>(std::make_unique<Session>(request));
  }
};

const mortise_provider_descriptor_t Provider::kDescriptor = {
    .id = "com.example.template",
    .name = "template",
    .vendor = "example",
    .version = "0.1.0",
    .description = "Adds and multiplies float32 tensors on the CPU.",
    .options_schema = "{}",
    .concurrency = MORTISE_CONCURRENCY_SERIAL_SESSION,
    .determinism = MORTISE_DETERMINISM_ANY_THREADS,
    .numerics = 0,
    .reserved = 0};

}  // namespace

MORTISE_PLUGIN(Provider);
