// Forest: decision trees in one array, whatever the attributes were that described them. Constant; usable from any
// thread.
//
// A tree is a Sprout while it is read: nodes in the model's order that name each other by number, in whatever shape the
// model has them. Forest::grow() walks each tree from its root and lays it out so that a node's true branch follows it.
// What is no tree is refused there: a node that is reached twice or never.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "providers/reference/kernel.h"

namespace mortise::reference {

enum class TreeMode : uint8_t { kLeq, kLt, kGte, kGt, kEq, kNeq, kMember, kLeaf };  // numbered as in TreeEnsemble

struct Range {
  uint32_t first, last;
};

struct Branches {
  uint32_t yes, no;  // nodes
};

struct TreeNode {
  TreeMode mode = TreeMode::kLeaf;
  bool missing_tracks_true = false;
  uint32_t feature = 0;
  union {
    double split = 0;  // of a comparison
    Range members;     // of kMember, in Forest's list of members
  };
  union {
    Branches branch = {};
    Range votes;  // of a leaf
  };
};
static_assert(sizeof(TreeNode) == 24);

struct Vote {
  uint32_t target;
  double weight;
};

struct Sprouts {
  static constexpr uint64_t kMost = uint64_t{1} << 30;  // nodes, votes, members, targets: so that 32 bits number each

  std::vector<TreeNode> nodes;  // branches name nodes of this list
  std::vector<uint32_t> roots;
  std::vector<double> members;
  std::vector<Vote> votes;
  bool shared_leaves = false;                  // leaves may be reached more than once
  std::function<std::string(uint32_t)> label;  // of a node, for sentences: "node 3 of tree 0"
};

enum class Aggregate { kAverage, kSum, kMin, kMax };  // numbered as in TreeEnsemble

class Forest {
 public:
  static Result<Forest> grow(Sprouts sprouts);

  // Scores of one row from all trees; a target without a vote has 0. For a minimum or maximum NaN is no vote.
  template <class T>
  void evaluate(const T* row, Aggregate aggregate, std::span<double> scores) const;

  // Fails if rows of so many features are too short for a node.
  Status check_features(uint64_t features) const;
  std::span<const Vote> votes() const { return votes_; }
  // Nodes that one row may meet.
  int64_t cost() const { return cost_; }

 private:
  template <class T>
  Range votes_of(uint32_t root, const T* row) const;
  bool decide(const TreeNode& node, double value) const;

  std::vector<TreeNode> nodes_;
  std::vector<uint32_t> roots_;
  std::vector<double> members_;  // ascending within each range
  std::vector<Vote> votes_;
  int64_t cost_ = 0;
  uint32_t last_feature_ = 0;
  std::string last_feature_label_;  // of the node that reads it; empty if none reads any
};

}  // namespace mortise::reference
