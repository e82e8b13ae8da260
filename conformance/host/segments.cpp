#include "conformance/host/segments.h"

#include <algorithm>

namespace mortise::conformance {

namespace {

// Nodes that are taken together: a set of the device, or one node.
class Groups {
 public:
  explicit Groups(const Graph& graph) : graph_(graph), group_of_(graph.num_nodes()), owners_(graph.num_nodes()) {
    for (NodeId id = 0; id < graph.num_nodes(); ++id) {
      group_of_[id] = id;
      owners_[id] = is_control_flow(graph.node(id)) ? Owner::kInterpreter : Owner::kOracle;
    }
  }

  // False, and nothing changes, if the groups would wait for each other.
  bool take(const std::vector<NodeId>& set) {
    const std::vector<uint32_t> before = group_of_;
    for (const NodeId id : set) group_of_[id] = set.front();
    // One node alone makes no cycle that was not there.
    if (set.size() > 1 && order(nullptr).size() != graph_.num_nodes()) {
      group_of_ = before;
      return false;
    }
    owners_[set.front()] = Owner::kDevice;
    return true;
  }

  Owner owner(NodeId id) const { return owners_[group_of_[id]]; }

  // All nodes, group after group; fewer if there is a cycle. With `random` in an order of chance, in which groups of one
  // owner like to stand together.
  std::vector<NodeId> order(Random* random) const {
    const uint32_t count = graph_.num_nodes();
    std::vector<std::vector<NodeId>> members(count);
    std::vector<std::vector<uint32_t>> readers(count);
    std::vector<uint32_t> waits(count);
    for (NodeId id = 0; id < count; ++id) {
      members[group_of_[id]].push_back(id);
      for_each_producer(id, [&](uint32_t from) {
        readers[from].push_back(group_of_[id]);
        ++waits[group_of_[id]];
      });
    }
    std::vector<uint32_t> ready;
    for (uint32_t group = 0; group < count; ++group) {
      if (!members[group].empty() && waits[group] == 0) ready.push_back(group);
    }
    std::vector<NodeId> result;
    while (!ready.empty()) {
      const size_t at = random == nullptr ? 0 : pick(ready, result, *random);
      const uint32_t group = ready[at];
      ready.erase(ready.begin() + static_cast<ptrdiff_t>(at));
      result.insert(result.end(), members[group].begin(), members[group].end());
      for (const uint32_t reader : readers[group]) {
        if (--waits[reader] == 0) ready.push_back(reader);
      }
    }
    return result;
  }

 private:
  size_t pick(const std::vector<uint32_t>& ready, const std::vector<NodeId>& done, Random& random) const {
    constexpr uint32_t kPercentToStay = 75;
    const size_t any = below(random, ready.size());
    if (done.empty() || !chance(random, kPercentToStay)) return any;
    for (size_t i = 0; i < ready.size(); ++i) {
      const size_t at = (any + i) % ready.size();
      if (owners_[ready[at]] == owner(done.back())) return at;
    }
    return any;
  }

  // Calls visit(group) for every other group that the node reads from, as often as it does.
  template <class Visit>
  void for_each_producer(NodeId id, Visit&& visit) const {
    const Node& node = graph_.node(id);
    for (const IdList* list : {&node.inputs, &node.implicit_inputs}) {
      for (const ValueId value : *list) {
        const NodeId producer = value == kNoId ? kNoId : graph_.value(value).producer;
        if (producer != kNoId && group_of_[producer] != group_of_[id]) visit(group_of_[producer]);
      }
    }
  }

  const Graph& graph_;
  std::vector<uint32_t> group_of_;  // a group is named after one of its nodes
  std::vector<Owner> owners_;       // by group
};

}  // namespace

bool is_control_flow(const Node& node) {
  const std::string_view op = node.op_type;
  return node.domain.empty() && (op == "If" || op == "Loop" || op == "Scan" || op == "SequenceMap");
}

std::vector<Segment> cut_into_segments(const Graph& graph, const std::vector<std::vector<NodeId>>& sets,
                                       Random& random) {
  Groups groups(graph);
  for (const std::vector<NodeId>& set : sets) {
    if (!set.empty()) groups.take(set);
  }
  std::vector<Segment> segments;
  for (const NodeId id : groups.order(&random)) {
    const Owner owner = groups.owner(id);
    if (segments.empty() || segments.back().owner != owner || owner == Owner::kInterpreter) {
      segments.push_back({.owner = owner});
    }
    segments.back().nodes.push_back(id);
  }
  for (Segment& segment : segments) std::sort(segment.nodes.begin(), segment.nodes.end());
  return segments;
}

std::vector<Segment> cut_into_nodes(const Graph& graph) {
  std::vector<Segment> segments;
  for (NodeId id = 0; id < graph.num_nodes(); ++id) {
    segments.push_back({is_control_flow(graph.node(id)) ? Owner::kInterpreter : Owner::kOracle, {id}});
  }
  return segments;
}

}  // namespace mortise::conformance
