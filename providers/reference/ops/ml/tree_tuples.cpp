#include "providers/reference/ops/ml/tree_tuples.h"

#include <algorithm>
#include <compare>
#include <map>
#include <optional>

#include "providers/reference/ops/ml/number_list.h"

namespace mortise::reference {
namespace {

struct NodeName {
  int64_t tree, node;
  auto operator<=>(const NodeName&) const = default;
};
std::string text_of(const NodeName& name) { return concat("node ", name.node, " of tree ", name.tree); }

std::optional<TreeMode> mode_of(std::string_view name) {
  constexpr std::string_view kNames[] = {"BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GTE",    "BRANCH_GT",
                                         "BRANCH_EQ",  "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF"};
  const auto* found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames) || *found == "BRANCH_MEMBER") return std::nullopt;  // has no set here
  return static_cast<TreeMode>(found - std::begin(kNames));
}

class TupleReader {
 public:
  TupleReader(const NodeSpec& node, const VoteAttributes& names) : node_(node), names_(names) {}

  Result<Forest> read() {
    MORTISE_TRY(read_nodes());
    MORTISE_TRY(link());
    MORTISE_TRY(read_votes());
    sprouts_.label = [this](uint32_t i) { return text_of(id(i)); };
    MORTISE_ASSIGN(Forest forest, Forest::grow(std::move(sprouts_)));
    MORTISE_TRY(check_known_features(node_, forest));
    return forest;
  }

 private:
  NodeName id(uint32_t i) const { return {trees_[i], ids_[i]}; }
  // Which entry a node is; nothing if there is none.
  std::optional<uint32_t> find(const NodeName& name) const {
    const auto found = places_.find(name);
    return found == places_.end() ? std::nullopt : std::optional(found->second);
  }

  Status read_nodes() {
    trees_ = node_.get_ints("nodes_treeids");
    ids_ = node_.get_ints("nodes_nodeids");
    yes_ = node_.get_ints("nodes_truenodeids");
    no_ = node_.get_ints("nodes_falsenodeids");
    const uint64_t count = trees_.size();
    if (count == 0) return invalid_argument("attribute 'nodes_treeids' is missing or empty");
    if (count > Sprouts::kMost) return unimplemented("more than ", Sprouts::kMost, " nodes are not supported");
    const auto check = [&](std::string_view name, uint64_t entries, Required required = Required::kYes) {
      return check_entries(name, entries, "nodes_treeids", count, required);
    };
    const auto features = node_.get_ints("nodes_featureids"),
               tracks = node_.get_ints("nodes_missing_value_tracks_true");
    const auto modes = node_.get_strings("nodes_modes");
    MORTISE_ASSIGN(const auto values, numbers_of(node_, "nodes_values"));
    MORTISE_ASSIGN(const auto hitrates, numbers_of(node_, "nodes_hitrates"));
    MORTISE_TRY(check("nodes_nodeids", ids_.size()));
    MORTISE_TRY(check("nodes_featureids", features.size()));
    MORTISE_TRY(check("nodes_modes", modes.size()));
    MORTISE_TRY(check("nodes_values", values.size()));
    MORTISE_TRY(check("nodes_hitrates", hitrates.size(), Required::kNo));
    MORTISE_TRY(check("nodes_missing_value_tracks_true", tracks.size(), Required::kNo));
    MORTISE_TRY(check("nodes_truenodeids", yes_.size()));
    MORTISE_TRY(check("nodes_falsenodeids", no_.size()));
    sprouts_.nodes.resize(count);
    for (uint32_t i = 0; i < count; ++i) {
      if (!places_.emplace(id(i), i).second) return invalid_argument(text_of(id(i)), " is there twice");
      const auto mode = mode_of(modes[i]);
      if (!mode) {
        return invalid_argument("attribute 'nodes_modes' has the entry '", modes[i], "' at ", text_of(id(i)),
                                "; it must be LEAF or BRANCH_ with LEQ, LT, GTE, GT, EQ or NEQ");
      }
      TreeNode& node = sprouts_.nodes[i];
      node.mode = *mode;
      node.split = values[i];
      node.missing_tracks_true = !tracks.empty() && tracks[i] != 0;
      if (*mode == TreeMode::kLeaf) continue;
      if (features[i] < 0 || features[i] > INT32_MAX) {
        return invalid_argument("attribute 'nodes_featureids' has the entry ", features[i], " at ", text_of(id(i)));
      }
      node.feature = static_cast<uint32_t>(features[i]);
    }
    return {};
  }

  // Names become numbers; a tree's root is its node without a parent.
  Status link() {
    std::vector<bool> has_parent(sprouts_.nodes.size(), false);
    const auto child = [&](uint32_t i, std::string_view attribute, int64_t name, uint32_t& link) -> Status {
      const auto found = find({trees_[i], name});
      if (!found) {
        return invalid_argument("attribute '", attribute, "' has the entry ", name, " at ", text_of(id(i)),
                                ", but the tree has no such node");
      }
      link = *found;
      if (has_parent[link]) return invalid_argument(text_of(id(link)), " is the child of two branches");
      has_parent[link] = true;
      return {};
    };
    for (uint32_t i = 0; i < sprouts_.nodes.size(); ++i) {
      TreeNode& node = sprouts_.nodes[i];
      if (node.mode == TreeMode::kLeaf) continue;
      MORTISE_TRY(child(i, "nodes_truenodeids", yes_[i], node.branch.yes));
      MORTISE_TRY(child(i, "nodes_falsenodeids", no_[i], node.branch.no));
    }
    std::map<int64_t, uint32_t> roots;
    for (uint32_t i = 0; i < sprouts_.nodes.size(); ++i) {
      if (has_parent[i]) continue;
      const auto [first, added] = roots.emplace(trees_[i], i);
      if (!added) {
        return invalid_argument(text_of(id(first->second)), " and node ", ids_[i],
                                " both have no parent; a tree needs one root");
      }
      sprouts_.roots.push_back(i);
    }
    return {};
  }

  // Votes are sorted by node, in the order of the attributes within each.
  Status read_votes() {
    if (names_.num_targets > Sprouts::kMost) {
      return unimplemented(names_.num_targets, " targets are not supported, only ", Sprouts::kMost);
    }
    const auto trees = node_.get_ints(names_.trees), ids = node_.get_ints(names_.nodes),
               targets = node_.get_ints(names_.targets);
    MORTISE_ASSIGN(const auto weights, numbers_of(node_, names_.weights));
    MORTISE_TRY(check_entries(names_.nodes, ids.size(), names_.trees, trees.size()));
    MORTISE_TRY(check_entries(names_.targets, targets.size(), names_.trees, trees.size()));
    MORTISE_TRY(check_entries(names_.weights, weights.size(), names_.trees, trees.size()));
    if (trees.size() > Sprouts::kMost) return unimplemented("more than ", Sprouts::kMost, " votes are not supported");
    std::vector<uint32_t> leaves(trees.size());
    for (size_t i = 0; i < leaves.size(); ++i) {
      const NodeName name{trees[i], ids[i]};
      const auto found = find(name);
      if (!found || sprouts_.nodes[*found].mode != TreeMode::kLeaf) {
        return invalid_argument("attribute '", names_.nodes, "' names ", text_of(name), ", which is no leaf");
      }
      if (targets[i] < 0 || static_cast<uint64_t>(targets[i]) >= names_.num_targets) {
        return invalid_argument("attribute '", names_.targets, "' has the entry ", targets[i], " at ", text_of(name),
                                "; it must be from 0 to ", names_.num_targets - 1);
      }
      leaves[i] = *found;
      ++sprouts_.nodes[leaves[i]].votes.last;
    }
    uint32_t total = 0;
    for (TreeNode& node : sprouts_.nodes) {
      if (node.mode != TreeMode::kLeaf) continue;
      node.votes.first = std::exchange(total, total + node.votes.last);
      node.votes.last = node.votes.first;
    }
    sprouts_.votes.resize(total);
    for (size_t i = 0; i < leaves.size(); ++i) {
      sprouts_.votes[sprouts_.nodes[leaves[i]].votes.last++] = {static_cast<uint32_t>(targets[i]), weights[i]};
    }
    return {};
  }

  const NodeSpec& node_;
  const VoteAttributes& names_;
  std::span<const int64_t> trees_, ids_, yes_, no_;
  std::map<NodeName, uint32_t> places_;
  Sprouts sprouts_;
};

}  // namespace

Result<Forest> read_tree_tuples(const NodeSpec& node, const VoteAttributes& attributes) {
  return TupleReader(node, attributes).read();
}

Status check_known_features(const NodeSpec& node, const Forest& forest) {
  if (!node.has_input(0)) return {};
  const sdk::ValueView x(node.graph(), node.inputs()[0]);
  if (!x.is_tensor() || !x.has_rank() || x.dims().empty() || x.dims().back().value < 0) return {};
  return forest.check_features(static_cast<uint64_t>(x.dims().back().value));
}

}  // namespace mortise::reference
