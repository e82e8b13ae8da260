#include "core/plan/partition.h"

#include <algorithm>
#include <unordered_set>

#include "core/plan/atoms.h"
#include "core/plan/match.h"
#include "core/plan/schedule.h"

namespace mortise::plan {

namespace {

constexpr size_t kMaxListed = 10;
// Rounds in which segments are judged one by one; afterwards a provider with small segments gives back all it can.
constexpr uint32_t kGentleRounds = 8;

bool is_control_flow(const Node& node) {
  return node.domain.empty() && node.has_body() &&
         (node.op_type == "If" || node.op_type == "Loop" || node.op_type == "Scan" || node.op_type == "SequenceMap");
}

class Planner {
 public:
  Planner(const Graph& graph, const PlanRequest& request)
      : graph_(graph),
        request_(request),
        n_(graph.num_nodes()),
        providers_(static_cast<uint32_t>(request.claims.size())) {}

  Result<Plan> run() {
    MORTISE_TRY(read_claims());
    apply_exclusions();
    apply_rules();
    for (uint32_t round = 1;; ++round) {
      MORTISE_TRY(assign());
      if (!build_atoms(round)) continue;
      plan_.segments = schedule(atoms_, owner_, providers_);
      if (give_back_small(round)) continue;
      plan_.rounds = round;
      break;
    }
    decide();
    return std::move(plan_);
  }

 private:
  Rule& outcome(uint32_t provider, NodeId node) { return plan_.outcomes[size_t{provider} * n_ + node]; }
  uint32_t& group(uint32_t provider, NodeId node) { return groups_[size_t{provider} * n_ + node]; }
  const std::vector<NodeId>& members(uint32_t provider, uint32_t index) const {
    return request_.claims[provider].groups[index].nodes;
  }

  Status read_claims() {
    plan_.outcomes.assign(size_t{providers_} * n_, Rule::kDeclined);
    groups_.assign(size_t{providers_} * n_, kNoId);
    pinned_.assign(n_, kNoId);
    for (uint32_t p = 0; p < providers_; ++p) {
      const ProviderClaims& claims = request_.claims[p];
      if (!claims.error.empty()) continue;
      for (uint32_t g = 0; g < claims.groups.size(); ++g) {
        for (const NodeId id : claims.groups[g].nodes) {
          if (id >= n_ || group(p, id) != kNoId) {
            return make_error(StatusCode::kInternal, "provider '", claims.provider_id, "': claims node #", id,
                              " twice, or it does not exist");
          }
          group(p, id) = g;
          outcome(p, id) = Rule::kClaimed;
        }
      }
    }
    return {};
  }

  // Only claims that still count change, so the first reason stays.
  void drop(uint32_t provider, NodeId node, Rule rule) {
    if (outcome(provider, node) == Rule::kClaimed) outcome(provider, node) = rule;
  }

  void apply_exclusions() {
    for (const Exclusion& e : request_.exclusions) {
      if (e.provider < providers_ && e.node < n_) drop(e.provider, e.node, e.rule);
    }
    for (const uint32_t p : request_.quarantined) {
      for (NodeId id = 0; p < providers_ && id < n_; ++id) drop(p, id, Rule::kQuarantined);
    }
  }

  void apply_rules() {
    const auto is = [&](uint32_t p, const std::string& id) { return request_.claims[p].provider_id == id; };
    for (NodeId id = 0; id < n_; ++id) {
      for (const PlacementRule& rule : request_.rules) {
        if (rule.match.name && !matches_glob(*rule.match.name, graph_.node(id).name)) continue;
        if (rule.match.op && !matches_op(*rule.match.op, graph_.node(id))) continue;
        bool applies = !rule.match.provider;
        for (uint32_t p = 0; p < providers_; ++p) {
          applies = applies || (is(p, *rule.match.provider) && group(p, id) != kNoId);
        }
        if (!applies) continue;
        for (uint32_t p = 0; p < providers_; ++p) {
          if (rule.pin && is(p, *rule.pin)) pinned_[id] = p;
          if (rule.pin && !is(p, *rule.pin) && p + 1 != providers_) drop(p, id, Rule::kPinned);
          if (rule.allow && std::none_of(rule.allow->begin(), rule.allow->end(), [&](auto& a) { return is(p, a); })) {
            drop(p, id, Rule::kNotAllowed);
          }
          if (std::any_of(rule.deny.begin(), rule.deny.end(), [&](auto& d) { return is(p, d); })) {
            drop(p, id, Rule::kDenied);
          }
        }
      }
    }
  }

  // Every group whole to the first provider that may have all of it.
  Status assign() {
    owner_.assign(n_, kNoId);
    std::vector<bool> taken(n_, false);
    for (uint32_t p = 0; p < providers_; ++p) {
      if (!request_.claims[p].error.empty()) continue;
      for (const ClaimGroup& group : request_.claims[p].groups) {
        const bool whole = std::all_of(group.nodes.begin(), group.nodes.end(),
                                       [&](NodeId id) { return !taken[id] && outcome(p, id) == Rule::kClaimed; });
        for (const NodeId id : group.nodes) {
          if (whole) owner_[id] = p, taken[id] = true;
        }
      }
    }
    std::string missing;
    size_t listed = 0;
    for (NodeId id = 0; id < n_; ++id) {
      if (taken[id]) continue;
      owner_[id] = kCoreProvider;
      if (is_control_flow(graph_.node(id)) || ++listed > kMaxListed) continue;
      missing += concat("\n  ", describe(graph_, id), ":");
      for (uint32_t p = 0; p < providers_; ++p) {
        const ProviderClaims& claims = request_.claims[p];
        missing += concat(" ", claims.provider_id, ": ");
        if (!claims.error.empty()) {
          missing += claims.error;
        } else if (id < claims.verdicts.size() && !claims.verdicts[id].text.empty()) {
          missing += claims.verdicts[id].text;
        } else {
          missing += to_string(outcome(p, id) == Rule::kClaimed ? Rule::kGroupBroken : outcome(p, id));
        }
        missing += ";";
      }
    }
    if (listed == 0) return {};
    return unimplemented(
        listed, " nodes are taken by no provider; add a provider for them or relax the placement rules:", missing);
  }

  // Contracts groups to atoms. False if groups had to be dropped because they would form a cycle.
  bool build_atoms(uint32_t round) {
    std::vector<NodeId> of(n_);
    for (NodeId id = 0; id < n_; ++id) {
      of[id] = owner_[id] == kCoreProvider ? id : members(owner_[id], group(owner_[id], id)).front();
    }
    atoms_ = make_atoms(graph_, std::move(of));
    const std::vector<bool> cyclic = find_cyclic(atoms_);
    bool acyclic = true;
    for (NodeId a = 0; a < n_; ++a) acyclic = acyclic && !(cyclic[a] && atoms_.nodes[a].size() > 1);
    if (acyclic) return true;
    for (NodeId a = 0; a < n_; ++a) {
      // When patience ends, every group of several nodes goes.
      if (atoms_.nodes[a].size() < 2 || (!cyclic[a] && round <= kGentleRounds)) continue;
      for (const NodeId id : atoms_.nodes[a]) drop(owner_[id], id, Rule::kWouldCycle);
    }
    return false;
  }

  // Another provider claims the node by itself.
  bool has_alternative(uint32_t provider, NodeId id) {
    for (uint32_t p = 0; p < providers_; ++p) {
      if (p != provider && outcome(p, id) == Rule::kClaimed && members(p, group(p, id)).size() == 1) return true;
    }
    return false;
  }

  // True if segments below min_nodes went back to the next claimant, so that another round is needed.
  bool give_back_small(uint32_t round) {
    std::vector<bool> exhausted(providers_, false);
    bool changed = false;
    for (const Segment& segment : plan_.segments) {
      const uint32_t p = segment.provider;
      if (p == kCoreProvider || p + 1 == providers_ || segment.nodes.size() >= request_.claims[p].min_nodes) continue;
      if (!std::all_of(segment.nodes.begin(), segment.nodes.end(), [&](NodeId id) { return has_alternative(p, id); }))
        continue;
      for (const NodeId id : segment.nodes) drop(p, id, Rule::kTooSmall);
      changed = true;
      exhausted[p] = round > kGentleRounds;
    }
    for (uint32_t p = 0; p < providers_; ++p) {
      if (!exhausted[p]) continue;
      for (const ClaimGroup& group : request_.claims[p].groups) {
        if (!std::all_of(group.nodes.begin(), group.nodes.end(), [&](NodeId id) { return has_alternative(p, id); }))
          continue;
        for (const NodeId id : group.nodes) drop(p, id, Rule::kTooSmall);
      }
    }
    return changed;
  }

  void decide() {
    plan_.decisions.resize(n_);
    for (NodeId id = 0; id < n_; ++id) {
      Decision& decision = plan_.decisions[id];
      decision.provider = owner_[id];
      const uint32_t end = std::min(owner_[id], providers_);
      for (uint32_t p = 0; p < end; ++p) {
        if (outcome(p, id) == Rule::kClaimed) outcome(p, id) = Rule::kGroupBroken;
        if (decision.rule == Rule::kClaimed || decision.rule == Rule::kDeclined) decision.rule = outcome(p, id);
      }
      if (pinned_[id] != kNoId && pinned_[id] == owner_[id]) decision.rule = Rule::kPinned;
    }
  }

  const Graph& graph_;
  const PlanRequest& request_;
  const uint32_t n_;
  const uint32_t providers_;
  Plan plan_;
  std::vector<uint32_t> groups_;  // as outcomes: index of the group, or kNoId
  std::vector<uint32_t> pinned_;  // per node
  std::vector<uint32_t> owner_;   // per node
  Atoms atoms_;
};

}  // namespace

const char* to_string(Rule rule) {
  static constexpr const char* kNames[] = {"claimed",       "declined",         "pinned",
                                           "denied",        "not allowed",      "too small",
                                           "would cycle",   "group incomplete", "refused at compile",
                                           "failed at run", "quarantined"};
  return kNames[static_cast<size_t>(rule)];
}

Result<Plan> make_plan(const Graph& graph, const PlanRequest& request) { return Planner(graph, request).run(); }

SegmentIo segment_io(const Graph& graph, const Segment& segment) {
  SegmentIo io;
  const auto inside = [&](NodeId id) { return std::binary_search(segment.nodes.begin(), segment.nodes.end(), id); };
  std::unordered_set<ValueId> seen;
  for (const NodeId id : segment.nodes) {
    const Node& node = graph.node(id);
    for (const IdList* reads : {&node.inputs, &node.implicit_inputs}) {
      for (const ValueId value : *reads) {
        if (value == kNoId || graph.constant(value) != nullptr || inside(graph.value(value).producer)) continue;
        if (seen.insert(value).second) io.inputs.push_back(value);
      }
    }
    for (const ValueId value : node.outputs) {
      if (value == kNoId) continue;
      const auto consumers = graph.consumers(value);
      if (graph.value(value).is_output || !std::all_of(consumers.begin(), consumers.end(), inside))
        io.outputs.push_back(value);
    }
  }
  return io;
}

}  // namespace mortise::plan
