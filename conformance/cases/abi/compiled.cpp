#include "conformance/cases/abi/compiled.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "core/infer/infer.h"
#include "core/infer/operator_table.h"

namespace mortise::conformance::abi {

std::string Compiled::wrong(const RunSettings& settings) const {
  const RunOutcome outcome = session->run(graph->inputs, settings);
  if (!outcome.status.ok()) return concat("run() failed: ", outcome.status.message());
  return difference(outcome.outputs, expected);
}

Result<Compiled> compile_graph(Rig& rig, Device& device, std::unique_ptr<OpGraph> graph) {
  MORTISE_ASSIGN(const Claims claims, device.claim(*graph->view));
  for (uint32_t node = 0; node < graph->graph.num_nodes(); ++node) {
    if (!claims.claims(node)) return unimplemented("the provider does not claim ", describe(graph->graph, node));
  }
  Compiled compiled{.graph = std::move(graph)};
  MORTISE_ASSIGN(compiled.session, compile_all(device, *compiled.graph));
  MORTISE_ASSIGN(compiled.expected, expected_outputs(rig, *compiled.graph));
  return compiled;
}

Result<Compiled> compile_workload(Rig& rig, Device& device, Extents extents) {
  MORTISE_ASSIGN(std::unique_ptr<OpGraph> graph, find_workload(device, extents));
  return compile_graph(rig, device, std::move(graph));
}

Result<std::unique_ptr<OpGraph>> make_chain(std::string_view op, uint32_t count, const Tensor& input,
                                            const std::vector<Tensor>& constants) {
  constexpr int32_t kOpset = 17;
  auto made = std::make_unique<OpGraph>(OpGraph{.graph = Graph(std::make_shared<StringTable>())});
  Graph& graph = made->graph;
  graph.name = graph.intern("chain");
  graph.opsets.push_back({graph.intern(""), kOpset});
  ValueId last = graph.add_value(graph.intern("x"), Type::tensor(input.dtype(), input.shape()));
  graph.value(last).is_input = true;
  graph.inputs.push_back(last);
  std::vector<ValueId> others;
  for (size_t i = 0; i < constants.size(); ++i) {
    others.push_back(graph.add_constant(graph.intern(concat("c", i)), constants[i]));
  }
  for (uint32_t i = 0; i < count; ++i) {
    Node node;
    node.name = graph.intern(concat("node", i));
    node.op_type = graph.intern(op);
    node.domain = graph.intern("");
    node.since_version = infer::since_version("", op, kOpset).value_or(1);
    node.inputs.push_back(last);
    for (const ValueId other : others) node.inputs.push_back(other);
    last = graph.add_value(graph.intern(concat("y", i)));
    node.outputs.push_back(last);
    graph.add_node(std::move(node));
  }
  graph.value(last).is_output = true;
  graph.outputs.push_back(last);
  graph.output_names.push_back(graph.value(last).name);
  MORTISE_TRY(graph.finalize());
  MORTISE_TRY(infer_types(graph));
  made->view = std::make_unique<AbiGraph>(graph);
  made->inputs.push_back(Value(input));
  return made;
}

namespace {

// A rotation of the columns: products that neither grow nor vanish.
Tensor rotation(int64_t extent) {
  Tensor turn = Tensor::allocate(DType::kF32, {extent, extent}).value();
  for (int64_t row = 0; row < extent; ++row) {
    for (int64_t column = 0; column < extent; ++column) {
      turn.data<float>()[row * extent + column] = (row + 1) % extent == column ? 1.0f : 0.0f;
    }
  }
  return turn;
}

// Products where the provider claims them, else sums.
Result<Compiled> compile_chain(Rig& rig, Device& device, uint32_t length) {
  constexpr int64_t kExtent = 128;
  MORTISE_ASSIGN(
      std::unique_ptr<OpGraph> products,
      make_chain("MatMul", length, ramp_of(DType::kF32, {kExtent, kExtent}, -1, 0x1p-12), {rotation(kExtent)}));
  Result<Compiled> compiled = compile_graph(rig, device, std::move(products));
  if (compiled.ok() || compiled.status().code() != StatusCode::kUnimplemented) return compiled;
  MORTISE_ASSIGN(std::unique_ptr<OpGraph> sums, make_chain("Add", length, ramp_of(DType::kF32, {64, 4096}, -1, 0x1p-12),
                                                           {ramp_of(DType::kF32, {4096}, 0, 0x1p-12)}));
  return compile_graph(rig, device, std::move(sums));
}

}  // namespace

Result<Compiled> compile_slow_chain(Rig& rig, Device& device) {
  constexpr std::chrono::milliseconds kSlow{40};
  Result<Compiled> compiled = unimplemented("no chain was tried");
  for (const uint32_t length : {8u, 64u, 512u}) {
    compiled = compile_chain(rig, device, length);
    if (!compiled.ok()) return compiled;
    const auto begin = std::chrono::steady_clock::now();
    MORTISE_TRY(compiled->session->run(compiled->graph->inputs, compiled->settings()).status);
    if (std::chrono::steady_clock::now() - begin >= kSlow) break;
  }
  return compiled;
}

Verdict with_workload(Rig& rig, const Check& check, Extents extents) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const Result<Compiled> compiled = compile_workload(rig, **device, extents);
  return compiled.ok() ? check(**device, *compiled) : no_workload(compiled.status());
}

Verdict with_model(Rig& rig, OpModel model, const Check& check) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  Result<std::unique_ptr<OpGraph>> graph = make_graph(std::move(model));
  if (!graph.ok()) return fail("the case's own model is wrong: ", graph.status().message());
  const Result<Compiled> compiled = compile_graph(rig, **device, std::move(*graph));
  return compiled.ok() ? check(**device, *compiled) : no_workload(compiled.status());
}

Verdict with_own_device(Rig& rig, const OwnDevice& own, const std::function<Verdict(Device& device)>& check,
                        const std::function<Verdict(CheckedHost& host, Verdict verdict)>& after) {
  const Result<Plugin*> plugin = rig.plugin();
  if (!plugin.ok()) return fail(plugin.status().message());
  const Result<std::string> options = own.options.empty() ? rig.options() : Result<std::string>(own.options);
  if (!options.ok()) return fail(options.status().message());
  CheckedHost host(own.host);
  Verdict verdict;
  {
    const auto device = Device::open(**plugin, rig.settings().provider, *options, host);
    if (!device.ok()) return fail("the provider could not be opened: ", device.status().message());
    verdict = check(**device);
  }
  if (after) verdict = after(host, std::move(verdict));
  for (const Violation& violation : host.take_violations()) {
    rig.host().violate(violation.requirement, violation.sentence);
  }
  return verdict;
}

Tensor ramp_of(DType dtype, const Shape& shape, double first, double step) {
  Tensor tensor = Tensor::allocate(dtype, shape).value();
  const auto fill = [&](auto zero) {
    using T = decltype(zero);
    double value = first;
    for (T& element : tensor.elements<T>()) {
      element = static_cast<T>(static_cast<float>(value));
      value += step;
    }
  };
  switch (dtype) {
    case DType::kF32:
      fill(float{});
      break;
    case DType::kF64:
      fill(double{});
      break;
    case DType::kF16:
      fill(Half{});
      break;
    case DType::kBF16:
      fill(BFloat16{});
      break;
    default:
      // Integers and bool: bytes that count, those above the lowest of each element zero, so that all are small.
      std::memset(tensor.raw(), 0, tensor.size_bytes());
      for (int64_t i = 0; i < tensor.num_elements(); ++i) {
        const uint64_t width = tensor.size_bytes() / static_cast<uint64_t>(tensor.num_elements());
        tensor.data<uint8_t>()[static_cast<uint64_t>(i) * width] =
            static_cast<uint8_t>(dtype == DType::kBool ? i % 3 == 0 : i % 29);
      }
  }
  return tensor;
}

std::string byte_difference(std::span<const Value> actual, std::span<const Value> expected) {
  if (actual.size() != expected.size()) return concat(actual.size(), " outputs instead of ", expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    const Tensor& one = actual[i].tensor;
    const Tensor& other = expected[i].tensor;
    if (one.shape() != other.shape()) {
      return concat("output ", i, " has shape ", to_string(one.shape()), " instead of ", to_string(other.shape()));
    }
    const auto* begin = one.data<uint8_t>();
    const auto* end = begin + one.size_bytes();
    const auto* different = std::mismatch(begin, end, other.data<uint8_t>()).first;
    if (different != end) return concat("output ", i, " differs from byte ", different - begin, " on");
  }
  return {};
}

}  // namespace mortise::conformance::abi
