#include "providers/reference/ops/ml/forest.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

// A node that waits for its place, and the link that will lead to it.
struct Waiting {
  uint32_t node;
  uint32_t depth;
  uint32_t parent;
  bool yes;
};
constexpr uint32_t kNoParent = std::numeric_limits<uint32_t>::max();

}  // namespace

Result<Forest> Forest::grow(Sprouts sprouts) {
  Forest forest;
  std::vector<bool> seen(sprouts.nodes.size(), false);
  std::vector<Waiting> waiting;
  std::optional<uint32_t> last_reader;
  forest.nodes_.reserve(sprouts.nodes.size());
  for (const uint32_t root : sprouts.roots) {
    uint32_t deepest = 0;
    waiting.push_back({.node = root, .depth = 1, .parent = kNoParent, .yes = false});
    while (!waiting.empty()) {
      const Waiting next = waiting.back();
      waiting.pop_back();
      const TreeNode& node = sprouts.nodes[next.node];
      const bool leaf = node.mode == TreeMode::kLeaf;
      if (seen[next.node] && !(leaf && sprouts.shared_leaves)) {
        return invalid_argument(sprouts.label(next.node),
                                " is reached twice; each node needs one parent, or is a root");
      }
      seen[next.node] = true;
      deepest = std::max(deepest, next.depth);
      const auto place = static_cast<uint32_t>(forest.nodes_.size());
      if (next.parent == kNoParent) {
        forest.roots_.push_back(place);
      } else {
        auto& branch = forest.nodes_[next.parent].branch;
        (next.yes ? branch.yes : branch.no) = place;
      }
      forest.nodes_.push_back(node);
      if (leaf) continue;
      if (!last_reader || node.feature > forest.last_feature_) {
        forest.last_feature_ = node.feature;
        last_reader = next.node;
      }
      waiting.push_back({.node = node.branch.no, .depth = next.depth + 1, .parent = place, .yes = false});
      waiting.push_back({.node = node.branch.yes, .depth = next.depth + 1, .parent = place, .yes = true});
    }
    forest.cost_ += deepest;
  }
  if (const auto lost = std::find(seen.begin(), seen.end(), false); lost != seen.end()) {
    return invalid_argument(sprouts.label(static_cast<uint32_t>(lost - seen.begin())),
                            " is reached from no root: its parent is missing, or it is in a cycle");
  }
  if (last_reader) forest.last_feature_label_ = sprouts.label(*last_reader);
  for (const TreeNode& node : forest.nodes_) {
    if (node.mode != TreeMode::kMember) continue;
    std::sort(sprouts.members.begin() + node.members.first, sprouts.members.begin() + node.members.last);
  }
  forest.members_ = std::move(sprouts.members);
  forest.votes_ = std::move(sprouts.votes);
  return forest;
}

Status Forest::check_features(uint64_t features) const {
  if (last_feature_label_.empty() || last_feature_ < features) return {};
  return invalid_argument("attribute 'nodes_featureids' has the entry ", last_feature_, " at ", last_feature_label_,
                          ", but X has ", features, " features");
}

// NaN follows missing_tracks_true; otherwise it is unequal to everything.
bool Forest::decide(const TreeNode& node, double value) const {
  if (node.missing_tracks_true && std::isnan(value)) return true;
  switch (node.mode) {
    case TreeMode::kLeq:
      return value <= node.split;
    case TreeMode::kLt:
      return value < node.split;
    case TreeMode::kGte:
      return value >= node.split;
    case TreeMode::kGt:
      return value > node.split;
    case TreeMode::kEq:
      return value == node.split;
    case TreeMode::kNeq:
      return value != node.split;
    case TreeMode::kMember:
      return !std::isnan(value) &&
             std::binary_search(members_.begin() + node.members.first, members_.begin() + node.members.last, value);
    case TreeMode::kLeaf:
      break;
  }
  return false;
}

template <class T>
Range Forest::votes_of(uint32_t root, const T* row) const {
  const TreeNode* node = &nodes_[root];
  while (node->mode != TreeMode::kLeaf) {
    const bool yes = decide(*node, static_cast<double>(row[node->feature]));
    node = &nodes_[yes ? node->branch.yes : node->branch.no];
  }
  return node->votes;
}

template <class T>
void Forest::evaluate(const T* row, Aggregate aggregate, std::span<double> scores) const {
  const bool adds = aggregate == Aggregate::kSum || aggregate == Aggregate::kAverage;
  std::fill(scores.begin(), scores.end(), adds ? 0 : std::numeric_limits<double>::quiet_NaN());
  for (const uint32_t root : roots_) {
    const Range votes = votes_of(root, row);
    for (uint32_t i = votes.first; i < votes.last; ++i) {
      double& score = scores[votes_[i].target];
      const double weight = votes_[i].weight;
      score = adds                           ? score + weight
              : aggregate == Aggregate::kMin ? std::fmin(score, weight)
                                             : std::fmax(score, weight);
    }
  }
  for (double& score : scores) {
    if (aggregate == Aggregate::kAverage) score /= static_cast<double>(roots_.size());
    if (!adds && std::isnan(score)) score = 0;
  }
}

template void Forest::evaluate(const float*, Aggregate, std::span<double>) const;
template void Forest::evaluate(const double*, Aggregate, std::span<double>) const;
template void Forest::evaluate(const Half*, Aggregate, std::span<double>) const;
template void Forest::evaluate(const int32_t*, Aggregate, std::span<double>) const;
template void Forest::evaluate(const int64_t*, Aggregate, std::span<double>) const;

}  // namespace mortise::reference
