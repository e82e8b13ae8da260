#include "conformance/cases/abi/compiled.h"

#include <algorithm>
#include <cstring>

#include "core/infer/infer.h"
#include "core/infer/operator_table.h"

namespace mortise::conformance::abi {

std::string Compiled::wrong(const RunSettings& settings) const {
  const RunOutcome outcome = session->run(graph->inputs, settings);
  if (!outcome.status.ok()) return concat("run() failed: ", outcome.status.message());
  return difference(outcome.outputs, expected);
}

namespace {

// All but what the graph gives.
Result<Compiled> compile_claimed(Device& device, std::unique_ptr<OpGraph> graph) {
  MORTISE_ASSIGN(const Claims claims, device.claim(*graph->view));
  for (uint32_t node = 0; node < graph->graph.num_nodes(); ++node) {
    if (!claims.claims(node)) return unimplemented("the provider does not claim ", describe(graph->graph, node));
  }
  Compiled compiled{.graph = std::move(graph)};
  MORTISE_ASSIGN(compiled.session, compile_all(device, *compiled.graph));
  return compiled;
}

}  // namespace

Result<Compiled> compile_graph(Rig& rig, Device& device, std::unique_ptr<OpGraph> graph) {
  MORTISE_ASSIGN(Compiled compiled, compile_claimed(device, std::move(graph)));
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

Result<Compiled> compile_products(Device& device, uint32_t length) {
  constexpr int64_t kExtent = 128;
  const Tensor input = ramp_of(DType::kF32, {kExtent, kExtent}, -1, 0x1p-12);
  MORTISE_ASSIGN(std::unique_ptr<OpGraph> graph, make_chain("MatMul", length, input, {rotation(kExtent)}));
  MORTISE_ASSIGN(Compiled compiled, compile_claimed(device, std::move(graph)));
  Tensor turned = Tensor::allocate(DType::kF32, input.shape()).value();
  for (int64_t i = 0; i < input.num_elements(); ++i) {
    const int64_t row = i / kExtent, column = (i + length) % kExtent;
    turned.data<float>()[row * kExtent + column] = input.data<float>()[i];
  }
  compiled.expected = {Value(std::move(turned))};
  return compiled;
}
Result<Compiled> compile_sums(Device& device, uint32_t length) {
  constexpr int64_t kRows = 64, kColumns = 4096;
  const Tensor input = ramp_of(DType::kF32, {kRows, kColumns}, -1, 0x1p-12);
  const Tensor row = ramp_of(DType::kF32, {kColumns}, 0, 0x1p-12);
  MORTISE_ASSIGN(std::unique_ptr<OpGraph> graph, make_chain("Add", length, input, {row}));
  MORTISE_ASSIGN(Compiled compiled, compile_claimed(device, std::move(graph)));
  Tensor sums = Tensor::allocate(DType::kF32, input.shape()).value();
  for (int64_t i = 0; i < input.num_elements(); ++i) {
    sums.data<float>()[i] = input.data<float>()[i] + static_cast<float>(length) * row.data<float>()[i % kColumns];
  }
  compiled.expected = {Value(std::move(sums))};
  return compiled;
}

}  // namespace

Result<Compiled> compile_chain(Device& device, uint32_t length) {
  Result<Compiled> products = compile_products(device, length);
  return products.status().code() == StatusCode::kUnimplemented ? compile_sums(device, length) : std::move(products);
}

Result<SlowChain> compile_slow_chain(Device& device) {
  constexpr double kSlow = 0.1;
  // What a provider that keeps every value until the run's end needs for them.
  constexpr uint64_t kMostBytes = uint64_t{256} << 20;
  for (uint32_t length = 8;;) {
    SlowChain chain;
    MORTISE_ASSIGN(static_cast<Compiled&>(chain), compile_chain(device, length));
    for (double* const seconds : {&chain.first_seconds, &chain.seconds}) {
      const RunOutcome outcome = chain.session->run(chain.graph->inputs, chain.settings());
      if (!outcome.status.ok()) return outcome.status;
      *seconds = outcome.seconds;
    }
    const uint64_t longest = kMostBytes / chain.expected.front().tensor.size_bytes();
    if (chain.seconds >= kSlow || length >= longest) return chain;
    // Half as long again as should do, since short runs have their own costs.
    const double enough = 1.5 * length * kSlow / std::max(chain.seconds, 1e-6);
    length = std::min(static_cast<uint32_t>(longest), std::max(2 * length, static_cast<uint32_t>(enough)));
  }
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

Verdict unless_kept(CheckedHost& host, Verdict verdict) {
  const MemoryLedger& ledger = host.ledger();
  if (is_failure(verdict.outcome) || ledger.outstanding_blocks() == 0) return verdict;
  Verdict leak = fail("after destroy(), ", ledger.outstanding_blocks(), " blocks of ", ledger.outstanding_bytes(),
                      " bytes that the host lent are not released");
  leak.outcome = Outcome::kLeak;
  return leak;
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
