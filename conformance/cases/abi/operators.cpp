// Cases about mortise.operators: the forms of operators that a provider brings, and what it says of their types.
#include <algorithm>
#include <cstring>

#include "conformance/cases/abi/workload.h"
#include "conformance/host/call.h"
#include "core/infer/custom_operators.h"
#include "core/infer/infer.h"

namespace mortise::conformance::abi {

namespace {

using Table = mortise_provider_operators_t;

constexpr uint32_t kMaxOperators = 10000;

Result<uint32_t> count_operators(Rig& rig, Device& device, const Table& table) {
  uint32_t count = 0;
  MORTISE_TRY(
      call(rig.host(), "num_operators()", ThreadRole::kSetup, [&] { count = table.num_operators(device.abi()); }));
  if (count > kMaxOperators) return invalid_argument("num_operators() returned ", count);
  return count;
}

Result<mortise_operator_t> get_operator(Rig& rig, Device& device, const Table& table, uint32_t index) {
  mortise_operator_t form{};
  bool found = false;
  MORTISE_TRY(call(rig.host(), "get_operator()", ThreadRole::kSetup,
                   [&] { found = table.get_operator(device.abi(), index, &form); }));
  if (!found) return invalid_argument("get_operator() returned false for operator ", index);
  return form;
}

// The operators with infer() asked through the table.
Status add_all(Rig& rig, Device& device, const Table& table, infer::CustomOperators& custom) {
  MORTISE_ASSIGN(const uint32_t count, count_operators(rig, device, table));
  for (uint32_t i = 0; i < count; ++i) {
    MORTISE_ASSIGN(const mortise_operator_t form, get_operator(rig, device, table, i));
    MORTISE_TRY(
        custom.add(form, [&rig, &device, &table, i](const mortise_graph_t& graph, const mortise_infer_sink_t& sink) {
          return call(rig.host(), "infer()", ThreadRole::kNone,
                      [&](mortise_error_t* error) { return table.infer(device.abi(), i, &graph, &sink, error); });
        }));
  }
  return {};
}

// A node of this form with float inputs of 2 x 4 elements and no attributes, where its form takes such. Fails where the
// form, or infer(), wants something else.
Result<std::unique_ptr<OpGraph>> node_of(const mortise_operator_t& form, const infer::CustomOperators& custom) {
  const infer::Operator* op = custom.find(form.domain, form.op_type);
  const infer::Signature* signature = op != nullptr ? op->signature(form.since_version) : nullptr;
  if (signature == nullptr) return unimplemented("the form of ", form.op_type, " cannot be read");
  auto made = std::make_unique<OpGraph>(OpGraph{.graph = Graph(std::make_shared<StringTable>())});
  Graph& graph = made->graph;
  graph.name = graph.intern("case");
  graph.opsets.push_back({graph.intern(form.domain), form.since_version});
  Node node;
  node.name = graph.intern("node");
  node.op_type = graph.intern(form.op_type);
  node.domain = graph.intern(form.domain);
  node.since_version = form.since_version;
  for (uint32_t i = 0; i < signature->min_inputs; ++i) {
    const Tensor tensor = Tensor::of<float>({2, 4}, {1, -2, 3, -4, 0.5f, 8, -1, 2});
    const ValueId id = graph.add_value(graph.intern(concat("x", i)), Type::tensor(DType::kF32, tensor.shape()));
    graph.value(id).is_input = true;
    graph.inputs.push_back(id);
    node.inputs.push_back(id);
    made->inputs.emplace_back(tensor);
  }
  for (uint32_t i = 0; i < std::max(signature->min_outputs, 1u); ++i) {
    const ValueId id = graph.add_value(graph.intern(concat("y", i)));
    graph.value(id).is_output = true;
    graph.outputs.push_back(id);
    graph.output_names.push_back(graph.value(id).name);
    node.outputs.push_back(id);
  }
  graph.add_node(std::move(node));
  MORTISE_TRY(graph.finalize());
  MORTISE_TRY(infer_types(graph, &custom));
  made->view = std::make_unique<AbiGraph>(graph);
  return made;
}

std::string types_of(const Graph& graph) {
  std::string text;
  for (const ValueId output : graph.outputs) text += to_string(graph.value(output).type) + " ";
  return text;
}

// Empty, or what is wrong: the outputs of a run have the types that were foretold.
std::string compare_with_run(Device& device, const OpGraph& graph) {
  const Result<std::unique_ptr<Session>> session = compile_all(device, graph);
  if (!session.ok()) return concat("compile() failed: ", session.status().message());
  const RunOutcome outcome = (*session)->run(graph.inputs, {});
  if (!outcome.status.ok()) return concat("run() failed: ", outcome.status.message());
  for (size_t i = 0; i < outcome.outputs.size(); ++i) {
    const Type& type = graph.graph.value((*session)->border().outputs[i]).type;
    const Value& value = outcome.outputs[i];
    if (!type.is_tensor() || !value.is_tensor()) continue;
    const auto shape = type.static_shape();
    if (type.dtype != value.tensor.dtype() || (shape && *shape != value.tensor.shape()))
      return concat("infer() says ", to_string(type), " for output ", i, ", the run gave ",
                    to_string(Type::tensor(value.tensor.dtype(), value.tensor.shape())));
  }
  return {};
}

}  // namespace

Verdict operators_forms(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const Table* table = (*device)->extension<Table>(MORTISE_EXT_OPERATORS);
  if (table == nullptr) return skip("the provider does not offer mortise.operators");
  const Result<uint32_t> count = count_operators(rig, **device, *table);
  if (!count.ok()) return fail(count.status().message());
  infer::CustomOperators custom;
  if (const Status added = add_all(rig, **device, *table, custom); !added.ok()) return fail(added.message());
  for (uint32_t i = 0; i < *count; ++i) {
    const Result<mortise_operator_t> form = get_operator(rig, **device, *table, i);
    if (!form.ok()) return fail(form.status().message());
    if (form->reserved != 0) return fail("'reserved' of operator ", i, " is ", form->reserved, " instead of 0");
  }
  for (const uint32_t index : {*count, *count + 1, UINT32_MAX}) {
    mortise_operator_t form;
    std::memset(&form, 0xA5, sizeof form);
    const mortise_operator_t before = form;
    if (table->get_operator((*device)->abi(), index, &form) || std::memcmp(&form, &before, sizeof form) != 0)
      return fail("get_operator(", index, ") of ", *count,
                  " operators did not return false and leave the record alone");
  }
  return pass(concat(*count, " operators have forms that can be read"));
}

Verdict operators_infer(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const Table* table = (*device)->extension<Table>(MORTISE_EXT_OPERATORS);
  if (table == nullptr) return skip("the provider does not offer mortise.operators");
  infer::CustomOperators custom;
  if (const Status added = add_all(rig, **device, *table, custom); !added.ok()) return fail(added.message());
  const Result<uint32_t> count = count_operators(rig, **device, *table);
  uint32_t compared = 0;
  for (uint32_t i = 0; i < *count; ++i) {
    const Result<mortise_operator_t> form = get_operator(rig, **device, *table, i);
    if (!form.ok()) return fail(form.status().message());
    const std::string name = concat(form->domain, ".", form->op_type);
    const Result<std::unique_ptr<OpGraph>> graph = node_of(*form, custom), again = node_of(*form, custom);
    if (graph.ok() != again.ok()) return fail("infer() of ", name, " failed once and succeeded once for the same node");
    if (!graph.ok()) continue;
    const std::string once = types_of((*graph)->graph), twice = types_of((*again)->graph);
    if (once != twice) return fail("infer() of ", name, " said ", once, "and then ", twice, "for the same node");
    const Result<Claims> claims = (*device)->claim(*(*graph)->view);
    if (!claims.ok()) return fail("claim() failed: ", claims.status().message());
    if (!claims->claims(0)) continue;
    if (const std::string wrong = compare_with_run(**device, **graph); !wrong.empty()) return fail(name, ": ", wrong);
    ++compared;
  }
  if (compared == 0) return skip("no operator takes float inputs of 2 x 4 elements without attributes");
  return pass(concat(compared, " operators gave the types that infer() said"));
}

}  // namespace mortise::conformance::abi
