// TreeEnsemble: branches in one set of lists, leaves in another; a branch says of each child which of the two it is.
//
// The sets of BRANCH_MEMBER nodes are in membership_values in the order in which the nodes are in nodes_modes, each
// ended by a NaN.
#include <cmath>

#include "providers/reference/ops/ml/number_list.h"
#include "providers/reference/ops/ml/post_transform.h"
#include "providers/reference/ops/ml/tree_tuples.h"

namespace mortise::reference {
namespace {

using Types = TypeList<float, double, Half>;

class Reader {
 public:
  Reader(const NodeSpec& node, int64_t targets) : node_(node), targets_(targets) {}

  Result<Forest> read() {
    MORTISE_TRY(read_branches());
    MORTISE_TRY(read_leaves());
    MORTISE_TRY(read_members());
    MORTISE_TRY(link());
    sprouts_.shared_leaves = true;
    sprouts_.label = [branches = branches_](uint32_t i) {
      return i < branches ? concat("entry ", i, " of nodes_*") : concat("entry ", i - branches, " of leaf_*");
    };
    MORTISE_ASSIGN(Forest forest, Forest::grow(std::move(sprouts_)));
    MORTISE_TRY(check_known_features(node_, forest));
    return forest;
  }

 private:
  Status read_branches() {
    MORTISE_ASSIGN(const auto modes, numbers_of_tensor(node_, "nodes_modes"));
    MORTISE_ASSIGN(const auto splits, numbers_of_tensor(node_, "nodes_splits"));
    MORTISE_ASSIGN(const auto hitrates, numbers_of_tensor(node_, "nodes_hitrates"));
    const auto features = node_.get_ints("nodes_featureids"),
               tracks = node_.get_ints("nodes_missing_value_tracks_true");
    const uint64_t count = features.size();
    if (count == 0) return invalid_argument("attribute 'nodes_featureids' is missing or empty");
    if (count > Sprouts::kMost) return unimplemented("more than ", Sprouts::kMost, " nodes are not supported");
    const auto check = [&](std::string_view name, uint64_t entries, Required required = Required::kYes) {
      return check_entries(name, entries, "nodes_featureids", count, required);
    };
    MORTISE_TRY(check("nodes_modes", modes.size()));
    MORTISE_TRY(check("nodes_splits", splits.size()));
    MORTISE_TRY(check("nodes_hitrates", hitrates.size(), Required::kNo));
    MORTISE_TRY(check("nodes_missing_value_tracks_true", tracks.size(), Required::kNo));
    for (const char* name : {"nodes_truenodeids", "nodes_falsenodeids", "nodes_trueleafs", "nodes_falseleafs"}) {
      MORTISE_TRY(check(name, node_.get_ints(name).size()));
    }
    branches_ = static_cast<uint32_t>(count);
    sprouts_.nodes.resize(count);
    for (uint32_t i = 0; i < count; ++i) {
      if (!(modes[i] >= 0 && modes[i] < static_cast<double>(TreeMode::kLeaf))) {
        return invalid_argument("attribute 'nodes_modes' has the entry ", modes[i], " at ", i,
                                "; it must be from 0 to 6");
      }
      if (features[i] < 0 || features[i] > INT32_MAX) {
        return invalid_argument("attribute 'nodes_featureids' has the entry ", features[i], " at ", i);
      }
      TreeNode& node = sprouts_.nodes[i];
      node.mode = static_cast<TreeMode>(modes[i]);
      node.missing_tracks_true = !tracks.empty() && tracks[i] != 0;
      node.feature = static_cast<uint32_t>(features[i]);
      node.split = splits[i];
    }
    return {};
  }

  Status read_leaves() {
    if (targets_ > static_cast<int64_t>(Sprouts::kMost)) {
      return unimplemented(targets_, " targets are not supported, only ", Sprouts::kMost);
    }
    MORTISE_ASSIGN(const auto weights, numbers_of_tensor(node_, "leaf_weights"));
    const auto targets = node_.get_ints("leaf_targetids");
    if (targets.size() > Sprouts::kMost)
      return unimplemented("more than ", Sprouts::kMost, " leaves are not supported");
    leaves_ = static_cast<uint32_t>(targets.size());
    MORTISE_TRY(check_entries("leaf_weights", weights.size(), "leaf_targetids", leaves_));
    for (uint32_t i = 0; i < leaves_; ++i) {
      if (targets[i] < 0 || targets[i] >= targets_) {
        return invalid_argument("attribute 'leaf_targetids' has the entry ", targets[i], " at ", i,
                                "; it must be from 0 to ", targets_ - 1);
      }
      sprouts_.votes.push_back({static_cast<uint32_t>(targets[i]), weights[i]});
      sprouts_.nodes.emplace_back().votes = {i, i + 1};
    }
    return {};
  }

  Status read_members() {
    MORTISE_ASSIGN(sprouts_.members, numbers_of_tensor(node_, "membership_values"));
    if (sprouts_.members.size() > Sprouts::kMost)
      return unimplemented("more than ", Sprouts::kMost, " members are not supported");
    uint32_t next = 0;
    const auto count = static_cast<uint32_t>(sprouts_.members.size());
    for (TreeNode& node : sprouts_.nodes) {
      if (node.mode != TreeMode::kMember) continue;
      const uint32_t first = next;
      while (next < count && !std::isnan(sprouts_.members[next])) ++next;
      if (next == count) {
        return invalid_argument(
            "attribute 'membership_values' has fewer sets, each ended by NaN, than 'nodes_modes' "
            "has BRANCH_MEMBER");
      }
      node.members = {first, next++};
    }
    if (next == count) return {};
    return invalid_argument("attribute 'membership_values' has ", count - next, " entries more than the sets of '",
                            "nodes_modes' need");
  }

  Status link() {
    const auto yes = node_.get_ints("nodes_truenodeids"), no = node_.get_ints("nodes_falsenodeids"),
               yes_leafs = node_.get_ints("nodes_trueleafs"), no_leafs = node_.get_ints("nodes_falseleafs");
    const auto child = [&](std::string_view attribute, uint32_t i, int64_t number, bool leaf,
                           uint32_t& link) -> Status {
      if (number < 0 || number >= (leaf ? leaves_ : branches_)) {
        return invalid_argument("attribute '", attribute, "' has the entry ", number, " at ", i, ", but there are ",
                                leaf ? leaves_ : branches_, leaf ? " leaves" : " nodes");
      }
      link = static_cast<uint32_t>(number) + (leaf ? branches_ : 0);
      return {};
    };
    for (uint32_t i = 0; i < branches_; ++i) {
      Branches& branch = sprouts_.nodes[i].branch;
      MORTISE_TRY(child("nodes_truenodeids", i, yes[i], yes_leafs[i] != 0, branch.yes));
      MORTISE_TRY(child("nodes_falsenodeids", i, no[i], no_leafs[i] != 0, branch.no));
    }
    const auto roots = node_.get_ints("tree_roots");
    for (uint32_t i = 0; i < roots.size(); ++i) {
      MORTISE_TRY(child("tree_roots", i, roots[i], false, sprouts_.roots.emplace_back()));
    }
    return {};
  }

  const NodeSpec& node_;
  const int64_t targets_;
  uint32_t branches_ = 0, leaves_ = 0;
  Sprouts sprouts_;  // branches, then leaves
};

template <class Enum>
Result<Enum> number_attribute(const NodeSpec& node, std::string_view name, Enum otherwise, Enum last) {
  const int64_t number = node.get_int(name, static_cast<int64_t>(otherwise));
  if (number >= 0 && number <= static_cast<int64_t>(last)) return static_cast<Enum>(number);
  return invalid_argument("attribute '", name, "' is ", number, "; it must be from 0 to ", static_cast<int64_t>(last));
}

}  // namespace

Result<Kernel> make_tree_ensemble(const NodeSpec& node) {
  MORTISE_ASSIGN(const auto aggregate, number_attribute(node, "aggregate_function", Aggregate::kSum, Aggregate::kMax));
  MORTISE_ASSIGN(const auto transform,
                 number_attribute(node, "post_transform", PostTransform::kNone, PostTransform::kProbit));
  const int64_t targets = node.get_int("n_targets", 1);
  if (targets < 1) return invalid_argument("attribute 'n_targets' is ", targets, "; it must be at least 1");
  MORTISE_ASSIGN(Forest forest, Reader(node, targets).read());
  return Kernel([forest = std::move(forest), aggregate, transform, targets](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const Rows rows, rows_of(x, set_of(Types{})));
    const Shape shape{static_cast<int64_t>(rows.count), targets};
    MORTISE_TRY(check_shape(DType::kF64, shape));
    Tensor& y = context.output(0, x.dtype(), shape);
    return for_each_row(context, Types{}, forest, aggregate, static_cast<uint64_t>(targets),
                        [&](uint64_t row, std::span<double> scores) {
                          finish_scores(transform, scores);
                          store(scores, y, row);
                        });
  });
}

}  // namespace mortise::reference
