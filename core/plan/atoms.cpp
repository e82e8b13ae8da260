#include "core/plan/atoms.h"

namespace mortise::plan {
namespace {

// Calls visit(from, to) for every value that one atom reads from another.
template <class Visit>
void for_each_edge(const Graph& graph, const std::vector<NodeId>& of, Visit&& visit) {
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    for (const IdList* reads : {&graph.node(id).inputs, &graph.node(id).implicit_inputs}) {
      for (const ValueId value : *reads) {
        const NodeId producer = value == kNoId ? kNoId : graph.value(value).producer;
        if (producer != kNoId && of[producer] != of[id]) visit(of[producer], of[id]);
      }
    }
  }
}

// Takes away atoms that nothing comes before, again and again; what is left has a cycle before it.
void peel(const Rows& before, const Rows& after, std::vector<bool>& left) {
  std::vector<uint32_t> waiting(left.size(), 0);
  std::vector<NodeId> ready;
  for (NodeId a = 0; a < left.size(); ++a) {
    if (!left[a]) continue;
    for (const NodeId b : before[a]) waiting[a] += left[b] ? 1 : 0;
    if (waiting[a] == 0) ready.push_back(a);
  }
  while (!ready.empty()) {
    const NodeId a = ready.back();
    ready.pop_back();
    left[a] = false;
    for (const NodeId b : after[a]) {
      if (left[b] && --waiting[b] == 0) ready.push_back(b);
    }
  }
}

}  // namespace

Atoms make_atoms(const Graph& graph, std::vector<NodeId> of) {
  const size_t count = of.size();
  Atoms atoms{.of = std::move(of), .nodes = {}, .before = {}, .after = {}};
  atoms.nodes = Rows(count, [&](auto&& add) {
    for (NodeId id = 0; id < count; ++id) add(atoms.of[id], id);
  });
  atoms.before =
      Rows(count, [&](auto&& add) { for_each_edge(graph, atoms.of, [&](NodeId from, NodeId to) { add(to, from); }); });
  atoms.after =
      Rows(count, [&](auto&& add) { for_each_edge(graph, atoms.of, [&](NodeId from, NodeId to) { add(from, to); }); });
  return atoms;
}

std::vector<bool> find_cyclic(const Atoms& atoms) {
  std::vector<bool> left(atoms.of.size());
  for (NodeId a = 0; a < left.size(); ++a) left[a] = !atoms.nodes[a].empty();
  peel(atoms.before, atoms.after, left);
  peel(atoms.after, atoms.before, left);
  return left;
}

}  // namespace mortise::plan
