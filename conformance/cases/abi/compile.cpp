// Cases about compile(): that what was claimed compiles and runs, and that refusals and failures are clean.
#include <algorithm>

#include "conformance/cases/abi/graphs.h"
#include "conformance/cases/abi/raw_calls.h"
#include "conformance/cases/abi/workload.h"
#include "conformance/host/call.h"

namespace mortise::conformance::abi {

namespace {

// The value of every id of a graph: inputs as given, constants, and what the oracle computes.
Result<std::vector<Value>> all_values(Rig& rig, const OpGraph& every_value) {
  std::vector<Value> values(every_value.graph.num_values());
  for (size_t i = 0; i < every_value.inputs.size(); ++i) values[every_value.graph.inputs[i]] = every_value.inputs[i];
  MORTISE_ASSIGN(const std::vector<Value> outputs, expected_outputs(rig, every_value));
  std::vector<uint32_t> nodes(every_value.graph.num_nodes());
  for (uint32_t i = 0; i < nodes.size(); ++i) nodes[i] = i;
  const Border border = border_of(every_value.graph, nodes);
  for (size_t i = 0; i < outputs.size(); ++i) values[border.outputs[i]] = outputs[i];
  return values;
}

// Runs a session of some nodes of a graph whose every value is known. Empty, or what is wrong with the results.
std::string run_wrongly(Session& session, const OpGraph& graph, std::span<const Value> values) {
  std::vector<Value> inputs, expected;
  for (const uint32_t id : session.border().inputs) inputs.push_back(values[id]);
  for (const uint32_t id : session.border().outputs) expected.push_back(values[id]);
  const RunOutcome outcome = session.run(inputs, settings_for(graph, session));
  return outcome.status.ok() ? difference(outcome.outputs, expected)
                             : concat("run() failed: ", outcome.status.message());
}

// An operator that does not exist, as one node.
std::unique_ptr<OpGraph> unknown_operator() {
  GraphBuilder builder;
  const ValueId x = builder.input(Tensor::of<float>({2}, {1, 2}));
  const ValueId y[] = {builder.add("NoSuchOperator", {x}, {}, "org.mortise.conformance")};
  return builder.finish(y);
}

}  // namespace

Verdict claims_honest(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  uint32_t claimed = 0;
  for (OpModel& model : candidates()) {
    const std::string op = model.op;
    const Result<std::unique_ptr<OpGraph>> graph = make_graph(std::move(model));
    if (!graph.ok()) return fail(graph.status().message());
    const Result<Claims> claims = (*device)->claim(*(*graph)->view);
    if (!claims.ok()) return fail("claim() failed: ", claims.status().message());
    if (!claims->claims(0)) continue;
    ++claimed;
    const Result<std::unique_ptr<Session>> session = compile_all(**device, **graph);
    if (!session.ok()) return fail(op, " was claimed, and compile() failed: ", session.status().message());
    const RunOutcome outcome = (*session)->run((*graph)->inputs, settings_for(**graph, **session));
    if (!outcome.status.ok()) return fail(op, " was claimed, and run() failed: ", outcome.status.message());
    const Result<std::vector<Value>> expected = expected_outputs(rig, **graph);
    if (!expected.ok()) return fail("the oracle failed: ", expected.status().message());
    const std::string wrong = difference(outcome.outputs, *expected);
    if (!wrong.empty()) return fail(op, " was claimed, and is wrong: ", wrong);
  }
  if (claimed == 0) return skip("the provider claims none of the small graphs that this case could run");
  return pass(concat(claimed, " claimed nodes compiled and ran right"));
}

Verdict claimed_sets(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const std::unique_ptr<OpGraph> graph = network(false);
  const Result<std::vector<Value>> values = all_values(rig, *network(true));
  if (!values.ok()) return fail("the oracle failed: ", values.status().message());
  const Result<Claims> claims = (*device)->claim(*graph->view);
  if (!claims.ok()) return fail("claim() failed: ", claims.status().message());
  std::vector<std::vector<uint32_t>> taken = claims->sets;
  std::vector<uint32_t> everything;
  for (uint32_t node = 0; node < graph->graph.num_nodes(); ++node) {
    if (claims->claims(node)) everything.push_back(node);
  }
  if (everything.empty()) return skip("the provider claims nothing of a small convolutional network in float32");
  // Neighbours of one provider become one segment, which is what most hosts do.
  if (everything.size() == graph->graph.num_nodes() && taken.size() > 1) taken.push_back(everything);
  for (std::vector<uint32_t>& set : taken) {
    std::sort(set.begin(), set.end());
    const std::string named = describe_nodes(graph->graph, set);
    const Result<std::unique_ptr<Session>> session = (*device)->compile(*graph->view, set);
    if (!session.ok()) return fail(named, " were claimed, and compile() failed: ", session.status().message());
    const std::string wrong = run_wrongly(**session, *graph, *values);
    if (!wrong.empty()) return fail(named, " were claimed, and are wrong: ", wrong);
  }
  return pass(concat(taken.size(), " sets of nodes that belong together compiled and ran right"));
}

Verdict compile_keeps_nothing(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const Result<std::unique_ptr<OpGraph>> graph = find_workload(**device);
  if (!graph.ok()) return no_workload(graph.status());
  const auto loan = LoanedGraph::make(*(*graph)->view, "the graph of an earlier compile()");
  if (!loan.ok()) return fail(loan.status().message());
  const auto session = (*device)->compile(*(*graph)->view, {0}, nullptr, loan->get());
  if (!session.ok()) return fail("compile() failed: ", session.status().message());
  // From here on a look at the graph or the request is a fault; constants' data stays.
  const RunOutcome outcome = (*session)->run((*graph)->inputs, settings_for(**graph, **session));
  if (!outcome.status.ok()) return fail("run() failed: ", outcome.status.message());
  const Result<std::vector<Value>> expected = expected_outputs(rig, **graph);
  if (!expected.ok()) return fail("the oracle failed: ", expected.status().message());
  const std::string wrong = difference(outcome.outputs, *expected);
  return wrong.empty() ? pass("a run needed nothing of the graph or the request after compile() had returned")
                       : fail("after compile() had returned and the graph was gone, the result is wrong: ", wrong);
}

Verdict compile_refuse(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const std::unique_ptr<OpGraph> graph = unknown_operator();
  std::vector<Refusal> refusals;
  const Result<std::unique_ptr<Session>> session = (*device)->compile(*graph->view, {0}, &refusals);
  if (session.ok()) return fail("compile() of an operator that does not exist returned OK");
  const StatusCode code = session.status().code();
  if (code == StatusCode::kUnimplemented && refusals.empty())
    return fail(
        "compile() returned UNIMPLEMENTED and refused no node of the request, so the host cannot plan without it");
  if (code != StatusCode::kUnimplemented && !refusals.empty())
    return fail("compile() called refuse() and returned ", to_string(code), " instead of UNIMPLEMENTED");
  for (const Refusal& refusal : refusals) {
    if (refusal.code > MORTISE_REFUSAL_OPTION)
      return fail("compile() refused with code ", refusal.code, ", which is no MORTISE_REFUSAL_*");
    if (refusal.text.empty()) return fail("compile() refused a node without a sentence");
  }
  if (refusals.empty())
    return pass(concat("an operator that does not exist failed as a whole: ", session.status().message()));
  return pass(concat("an operator that does not exist was refused: ", refusals.front().text));
}

Verdict compile_leaves_null(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const std::unique_ptr<OpGraph> graph = unknown_operator();
  const RawRequest request(*graph->view, {0});
  const mortise_provider_t& provider = *(*device)->abi();
  // A pointer that nobody may follow, and that is not there any more after a failure.
  const auto* session = reinterpret_cast<const mortise_session_t*>(uintptr_t{0xA5A5});
  const Status status = call(rig.host(), "compile()", ThreadRole::kSetup, [&](mortise_error_t* error) {
    return provider.compile(&provider, request.abi(), &session, error);
  });
  if (status.ok()) return fail("compile() of an operator that does not exist returned OK");
  return session == nullptr ? pass("compile() failed and set its result to null")
                            : fail("compile() failed and did not set its result to null");
}

}  // namespace mortise::conformance::abi
