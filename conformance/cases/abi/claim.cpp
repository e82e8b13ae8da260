// Cases about claim(): that its answer depends on the graph alone, and that nothing but the answer is left of it.
#include <algorithm>
#include <set>

#include "conformance/cases/abi/created.h"
#include "conformance/cases/abi/graphs.h"
#include "conformance/cases/abi/workload.h"
#include "conformance/engine/utf8.h"
#include "conformance/host/process_state.h"

namespace mortise::conformance::abi {

namespace {

// What claim() said about one node, in words that do not depend on names and numbers. candidate[node]: what it is.
struct Answer {
  bool claimed = false;
  std::set<uint32_t> together;  // candidates in the same set
  std::vector<uint32_t> codes;  // of refusals

  bool operator==(const Answer&) const = default;
};
std::vector<Answer> answers(const Claims& claims, std::span<const uint32_t> candidate) {
  std::vector<Answer> found(candidate.size());
  for (const std::vector<uint32_t>& set : claims.sets) {
    for (const uint32_t node : set) {
      found[candidate[node]].claimed = true;
      for (const uint32_t other : set) found[candidate[node]].together.insert(candidate[other]);
    }
  }
  for (const Refusal& refusal : claims.refusals) found[candidate[refusal.node]].codes.push_back(refusal.code);
  return found;
}

Result<std::vector<Answer>> ask(Device& device, std::span<const uint32_t> order, std::string_view prefix) {
  const std::unique_ptr<OpGraph> graph = bouquet(order, prefix);
  MORTISE_ASSIGN(const Claims claims, device.claim(*graph->view));
  return answers(claims, order);
}

// Claims for the candidates in this order and with these names, compared with those in their own order.
Verdict compare_with_usual(Rig& rig, std::span<const uint32_t> order, std::string_view prefix, std::string_view what) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const Result<std::vector<Answer>> usual = ask(**device, candidate_numbers(), "");
  const Result<std::vector<Answer>> other = ask(**device, order, prefix);
  for (const auto* one : {&usual, &other}) {
    if (!one->ok()) return fail("claim() failed: ", one->status().message());
  }
  const std::vector<OpModel> models = candidates();
  for (size_t i = 0; i < models.size(); ++i) {
    if (!((*usual)[i] == (*other)[i]))
      return fail("a node of ", models[i].op, " is ", (*usual)[i].claimed ? "claimed" : "not claimed",
                  ", or refused for another reason or claimed with other nodes, once ", what);
  }
  return pass(concat("nine nodes got the same answers once ", what));
}

std::unique_ptr<OpGraph> alone(uint32_t candidate) { return bouquet(std::span(&candidate, 1), ""); }

// The refusals of a node, in one text.
std::string reasons(const Claims& claims, uint32_t node) {
  std::string text;
  for (const Refusal& refusal : claims.refusals) {
    if (refusal.node == node) text += refusal.text;
  }
  return text;
}

}  // namespace

Verdict claim_pure(Rig& rig) {
  Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const std::unique_ptr<OpGraph> graph = bouquet(candidate_numbers(), "");
  const Result<Claims> first = (*device)->claim(*graph->view);
  if (!first.ok()) return fail("the first claim() failed: ", first.status().message());
  for (const char* which : {"second", "third"}) {
    const Result<Claims> again = (*device)->claim(*graph->view);
    if (!again.ok()) return fail("the ", which, " claim() of the same graph failed: ", again.status().message());
    if (!(*again == *first))
      return fail("the ", which, " claim() of the same graph gave another answer than the first");
  }
  return pass("three calls gave one answer");
}

Verdict claim_reopened(Rig& rig) {
  const std::unique_ptr<OpGraph> graph = bouquet(candidate_numbers(), "");
  std::vector<Claims> claims;
  for (int i = 0; i < 2; ++i) {
    rig.drop_device();
    const Result<Device*> device = rig.device();
    if (!device.ok()) return fail(device.status().message());
    Result<Claims> answer = (*device)->claim(*graph->view);
    if (!answer.ok()) return fail("claim() failed: ", answer.status().message());
    claims.push_back(*std::move(answer));
  }
  return claims[0] == claims[1] ? pass("two providers with the same options gave one answer")
                                : fail("two providers with the same options gave different answers about one graph");
}

Verdict claim_renamed(Rig& rig) {
  return compare_with_usual(rig, candidate_numbers(), "renamed/", "nodes and values have other names");
}

Verdict claim_reordered(Rig& rig) {
  std::vector<uint32_t> order = candidate_numbers();
  std::reverse(order.begin(), order.end());
  return compare_with_usual(rig, order, "", "the nodes stand in another order");
}

Verdict claim_in_context(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const std::unique_ptr<OpGraph> whole = bouquet(candidate_numbers(), "");
  const Result<Claims> among = (*device)->claim(*whole->view);
  if (!among.ok()) return fail("claim() failed: ", among.status().message());
  uint32_t different = 0;
  for (const uint32_t number : candidate_numbers()) {
    const Result<Claims> by_itself = (*device)->claim(*alone(number)->view);
    if (!by_itself.ok()) return fail("claim() failed: ", by_itself.status().message());
    const bool claimed = by_itself->claims(0);
    if (claimed == among->claims(number)) continue;
    ++different;
    const std::string reason = claimed ? reasons(*among, number) : reasons(*by_itself, 0);
    if (reason.empty())
      return fail("a node of ", whole->graph.node(number).op_type.view(), " is claimed ",
                  claimed ? "alone and not within a larger graph" : "within a larger graph and not alone",
                  ", and the provider gave no reason for it");
  }
  return pass(different == 0 ? "nine nodes are claimed within a larger graph as alone"
                             : concat(different, " nodes are claimed otherwise within a larger graph, for a reason"));
}

Verdict claims_unique(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  size_t claimed = 0, nodes = 0;
  for (const auto& graph : {bouquet(candidate_numbers(), ""), network(false), network(true)}) {
    // The sink refuses, and notes, what does not exist and what is claimed already.
    const Result<Claims> claims = (*device)->claim(*graph->view);
    if (!claims.ok()) return fail("claim() failed: ", claims.status().message());
    nodes += graph->graph.num_nodes();
    for (const std::vector<uint32_t>& set : claims->sets) claimed += set.size();
  }
  return pass(concat(claimed, " of ", nodes, " nodes were claimed, each once"));
}

Verdict claim_reasons(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  GraphBuilder builder;
  const ValueId x = builder.input(Tensor::of<float>({2}, {1, 2}));
  const ValueId y[] = {builder.add("NoSuchOperator", {x}, {}, "org.mortise.conformance")};
  const std::unique_ptr<OpGraph> unknown = builder.finish(y);
  const std::unique_ptr<OpGraph> known = bouquet(candidate_numbers(), "");
  Verdict verdict = pass("nodes that are not claimed have a reason, and only those");
  for (const OpGraph* graph : {unknown.get(), known.get()}) {
    const Result<Claims> claims = (*device)->claim(*graph->view);
    if (!claims.ok()) return fail("claim() failed: ", claims.status().message());
    if (graph == unknown.get() && claims->claims(0)) return fail("an operator that does not exist was claimed");
    for (const Refusal& refusal : claims->refusals) {
      const std::string node = describe(graph->graph, refusal.node);
      if (claims->claims(refusal.node)) return fail(node, " is both claimed and declined");
      if (refusal.code > MORTISE_REFUSAL_OPTION)
        return fail(node, " is declined with code ", refusal.code, ", which is no MORTISE_REFUSAL_*");
      if (!is_utf8(refusal.text)) return fail(node, " is declined with a text that is not UTF-8");
    }
    for (uint32_t node = 0; node < graph->graph.num_nodes(); ++node) {
      if (!claims->claims(node) && reasons(*claims, node).empty())
        verdict.warnings.push_back(concat(describe(graph->graph, node), " is not claimed, and no reason is given"));
    }
  }
  return verdict;
}

Verdict claim_odd_graphs(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const std::vector<OddGraph> graphs = odd_graphs();
  for (const OddGraph& odd : graphs) {
    const Status status = (*device)->claim(*odd.graph->view).status();
    if (!status.ok())
      return fail("claim() of ", odd.name, " failed: ", status.message(), "; it declines what it cannot do");
  }
  return pass(concat(graphs.size(), " odd graphs were answered"));
}

Verdict claim_no_side_effect(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const std::unique_ptr<OpGraph> graphs[] = {bouquet(candidate_numbers(), ""), network(false)};
  const ProcessState before = process_state();
  for (int i = 0; i < 20; ++i) {
    const Status status = (*device)->claim(*graphs[i % 2]->view).status();
    if (!status.ok()) return fail("claim() failed: ", status.message());
  }
  const std::string found = join(differences(before, process_state()));
  return found.empty() ? pass("after 20 calls of claim() the process is as before")
                       : fail("after 20 calls of claim(): ", found);
}

Verdict claim_keeps_nothing(Rig& rig) {
  const Result<Device*> device = rig.device();
  if (!device.ok()) return fail(device.status().message());
  const std::unique_ptr<OpGraph> graph = network(false);
  const Result<std::unique_ptr<LoanedGraph>> loan = LoanedGraph::make(*graph->view, "the graph of an earlier claim()");
  if (!loan.ok()) return fail(loan.status().message());
  const Result<Claims> lent = (*device)->claim(*graph->view, loan->get());
  if (!lent.ok()) return fail("claim() failed: ", lent.status().message());
  // From here on a look at the first graph is a fault.
  const Result<Claims> again = (*device)->claim(*graph->view);
  if (!again.ok()) return fail("claim() failed: ", again.status().message());
  if (!(*lent == *again)) return fail("claim() of a copy of the same graph gave another answer");
  for (const std::vector<uint32_t>& set : again->sets) {
    const auto session = (*device)->compile(*graph->view, set);
    if (!session.ok()) return fail("compile() of a claimed set failed: ", session.status().message());
  }
  rig.drop_device();
  return pass("nothing was read of a graph after its claim() had returned");
}

}  // namespace mortise::conformance::abi
