// Random decision trees, and what they say of rows: a walk over the trees themselves, however attributes describe them.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "tests/support/run_op.h"

namespace mortise::test {

inline constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
struct Vote {
  int64_t target;
  float weight;
};

struct Tree {
  int64_t id = 0;
  std::vector<Vote> votes;  // of a leaf
  int64_t feature = 0;
  size_t mode = 0;
  float split = 0;
  bool missing = false;
  std::vector<float> members;  // of mode 6
  std::unique_ptr<Tree> yes, no;

  bool is_leaf() const { return yes == nullptr; }
};

struct Plan {
  int64_t features = 4, targets = 3;
  size_t modes = 6;
  size_t most_votes = 2;
};

class Forest {
 public:
  Forest(uint32_t seed, size_t trees, const Plan& plan) : generator_(seed), plan_(plan) {
    for (size_t i = 0; i < trees; ++i) {
      next_id_ = 0;
      trees_.push_back(make(6));
    }
  }

  const std::vector<std::unique_ptr<Tree>>& trees() const { return trees_; }
  size_t random(size_t below) { return generator_() % below; }
  // Halves, so that rows meet splits exactly; some are missing.
  float number() { return static_cast<float>(random(9)) / 2 - 2; }
  std::vector<float> rows(size_t count) {
    std::vector<float> x(count * static_cast<size_t>(plan_.features));
    for (float& v : x) v = random(8) == 0 ? kNaN : number();
    return x;
  }

 private:
  std::unique_ptr<Tree> make(int depth) {
    auto tree = std::make_unique<Tree>();
    tree->id = next_id_ += 1 + static_cast<int64_t>(random(5));
    if (depth == 0 || random(5) == 0) {
      const size_t votes = plan_.most_votes == 1 ? 1 : random(plan_.most_votes + 1);
      for (size_t i = 0; i < votes; ++i) {
        tree->votes.push_back({static_cast<int64_t>(random(static_cast<size_t>(plan_.targets))), number()});
      }
      return tree;
    }
    tree->feature = static_cast<int64_t>(random(static_cast<size_t>(plan_.features)));
    tree->mode = random(plan_.modes);
    tree->split = number();
    tree->missing = random(2) == 0;
    for (size_t i = random(4); i > 0; --i) tree->members.push_back(number());
    tree->yes = make(depth - 1);
    tree->no = make(depth - 1);
    return tree;
  }

  std::mt19937 generator_;
  Plan plan_;
  int64_t next_id_ = 0;
  std::vector<std::unique_ptr<Tree>> trees_;
};

inline const std::vector<Vote>& walk(const Tree& tree, const float* row) {
  if (tree.is_leaf()) return tree.votes;
  const float v = row[tree.feature];
  bool yes = false;
  if (tree.mode == 0) yes = v <= tree.split;
  if (tree.mode == 1) yes = v < tree.split;
  if (tree.mode == 2) yes = v >= tree.split;
  if (tree.mode == 3) yes = v > tree.split;
  if (tree.mode == 4) yes = v == tree.split;
  if (tree.mode == 5) yes = v != tree.split;
  if (tree.mode == 6) yes = std::find(tree.members.begin(), tree.members.end(), v) != tree.members.end();
  if (std::isnan(v) && tree.missing) yes = true;
  return walk(yes ? *tree.yes : *tree.no, row);
}

inline std::vector<float> expected(const Forest& forest, const std::vector<float>& x, const Plan& plan,
                                   const std::string& aggregate) {
  std::vector<float> result;
  for (size_t r = 0; r < x.size(); r += static_cast<size_t>(plan.features)) {
    for (int64_t target = 0; target < plan.targets; ++target) {
      std::vector<double> weights;
      for (const auto& tree : forest.trees()) {
        for (const Vote& vote : walk(*tree, &x[r])) {
          if (vote.target == target) weights.push_back(vote.weight);
        }
      }
      double score = 0;
      if (aggregate == "MIN" && !weights.empty()) score = *std::min_element(weights.begin(), weights.end());
      if (aggregate == "MAX" && !weights.empty()) score = *std::max_element(weights.begin(), weights.end());
      if (aggregate == "SUM" || aggregate == "AVERAGE") score = std::accumulate(weights.begin(), weights.end(), 0.0);
      if (aggregate == "AVERAGE") score /= static_cast<double>(forest.trees().size());
      result.push_back(static_cast<float>(score));
    }
  }
  return result;
}

template <class T>
Tensor matrix(int64_t rows, int64_t columns, const std::vector<float>& x) {
  std::vector<T> elements(x.begin(), x.end());
  return Tensor::of<T>({rows, columns}, std::span<const T>(elements));
}

}  // namespace mortise::test
