#include "conformance/cases/abi/workload.h"

#include <numeric>

#include "core/infer/infer.h"
#include "tools/mortise/compare.h"

namespace mortise::conformance::abi {

namespace {

// Values that differ from element to element, of both signs, exact in half precision.
template <class T>
Tensor ramp(const Shape& shape, double first, double step) {
  Tensor tensor = Tensor::allocate(dtype_of<T>, shape).value();
  double value = first;
  for (T& element : tensor.elements<T>()) {
    element = static_cast<T>(static_cast<float>(value));
    value += step;
  }
  return tensor;
}

template <class T>
OpModel relu() {
  return {.op = "Relu", .opset = 17, .inputs = {{ramp<T>({2, 3, 4}, -3, 0.5)}}};
}
template <class T>
OpModel add() {
  return {.op = "Add", .opset = 17, .inputs = {{ramp<T>({2, 3, 4}, -3, 0.5)}, {ramp<T>({2, 3, 4}, 8, -0.25)}}};
}
OpModel matmul() {
  return {
      .op = "MatMul", .opset = 17, .inputs = {{ramp<float>({3, 4}, -3, 0.5)}, {ramp<float>({4, 5}, 2, -0.25), true}}};
}
OpModel conv() {
  return {.op = "Conv",
          .opset = 17,
          .inputs = {{ramp<float>({1, 2, 5, 5}, -3, 0.25)}, {ramp<float>({3, 2, 3, 3}, 1, -0.125), true}}};
}
OpModel quantized_matmul() {
  const auto scale = [](float value) { return OpInput{Tensor::of<float>({}, {value}), true}; };
  const auto zero = [](int8_t value) { return OpInput{Tensor::of<int8_t>({}, {value}), true}; };
  return {.op = "QLinearMatMul",
          .opset = 17,
          .inputs = {{ramp<int8_t>({3, 4}, -60, 9)},
                     scale(0.05f),
                     zero(1),
                     {ramp<int8_t>({4, 5}, 70, -7), true},
                     scale(0.02f),
                     zero(0),
                     scale(0.1f),
                     zero(-3)}};
}

constexpr OpModel (*kCandidates[])() = {relu<float>,  add<float>, relu<Half>, add<Half>,       relu<int8_t>,
                                        add<int32_t>, matmul,     conv,       quantized_matmul};

}  // namespace

std::vector<OpModel> candidates() {
  std::vector<OpModel> models;
  for (const auto& candidate : kCandidates) models.push_back(candidate());
  return models;
}

Result<std::unique_ptr<OpGraph>> find_workload(Device& device, Extents extents) {
  for (OpModel& candidate : candidates()) {
    candidate.symbolic = extents == Extents::kSymbolic;
    MORTISE_ASSIGN(std::unique_ptr<OpGraph> graph, make_graph(std::move(candidate)));
    MORTISE_ASSIGN(const Claims claims, device.claim(*graph->view));
    if (claims.claims(0)) return graph;
  }
  return unimplemented("the provider claims none of the small graphs ",
                       extents == Extents::kSymbolic ? "with symbolic extents " : "", "that this case could run");
}

Verdict no_workload(const Status& status) {
  return status.code() == StatusCode::kUnimplemented ? skip(status.message()) : fail(status.message());
}

Result<std::unique_ptr<Session>> compile_all(Device& device, const OpGraph& graph) {
  std::vector<uint32_t> nodes(graph.graph.num_nodes());
  std::iota(nodes.begin(), nodes.end(), 0u);
  return device.compile(*graph.view, std::move(nodes));
}

RunSettings settings_for(const OpGraph& graph, const Session& session) {
  RunSettings settings;
  for (size_t i = 0; i < session.border().outputs.size(); ++i) {
    const auto shape = graph.graph.value(session.border().outputs[i]).type.static_shape();
    if (shape) settings.shapes[i] = *shape;
  }
  return settings;
}

Result<std::vector<Value>> expected_outputs(Rig& rig, const OpGraph& graph) {
  MORTISE_ASSIGN(const std::unique_ptr<Session> session, compile_all(rig.oracle(), graph));
  RunOutcome outcome = session->run(graph.inputs, settings_for(graph, *session));
  if (!outcome.status.ok()) return outcome.status;
  return std::move(outcome.outputs);
}

std::string difference(std::span<const Value> actual, std::span<const Value> expected) {
  if (actual.size() != expected.size())
    return concat("there are ", actual.size(), " outputs, expected ", expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    const std::string found = tool::first_difference(actual[i], expected[i], {.rtol = 1e-2, .atol = 1e-3});
    if (!found.empty()) return concat("output ", i, " ", found);
  }
  return {};
}

}  // namespace mortise::conformance::abi
