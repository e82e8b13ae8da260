// TreeEnsemble: random trees against a walk over the trees they were written from; lists that are no trees.
#include <gmock/gmock.h>

#include "tests/providers/reference/random_forest.h"

namespace mortise::test {
namespace {

using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

struct Lists {
  std::vector<int64_t> features, yes, no, yes_leafs, no_leafs, missing, roots, targets;
  std::vector<uint8_t> modes;
  std::vector<float> splits, weights, members;

  // The entry of a node, and whether it is a leaf.
  std::pair<int64_t, bool> add(const Tree& node) {
    if (node.is_leaf()) {
      targets.push_back(node.votes[0].target);
      weights.push_back(node.votes[0].weight);
      return {static_cast<int64_t>(weights.size()) - 1, true};
    }
    const size_t place = features.size();
    features.push_back(node.feature);
    modes.push_back(static_cast<uint8_t>(node.mode));
    splits.push_back(node.split);
    missing.push_back(node.missing);
    if (node.mode == 6) {
      members.insert(members.end(), node.members.begin(), node.members.end());
      members.push_back(kNaN);
    }
    for (auto* list : {&yes, &no, &yes_leafs, &no_leafs}) list->push_back(0);
    std::tie(yes[place], yes_leafs[place]) = add(*node.yes);
    std::tie(no[place], no_leafs[place]) = add(*node.no);
    return {static_cast<int64_t>(place), false};
  }

  template <class T>
  static Tensor list(const auto& elements) {
    std::vector<T> converted;
    for (const auto element : elements) converted.push_back(static_cast<T>(element));
    return Tensor::of<T>({static_cast<int64_t>(converted.size())}, std::span<const T>(converted));
  }
  template <class T>
  Attributes attributes(int64_t n_targets) const {
    Attributes all = {{"nodes_featureids", features},
                      {"nodes_truenodeids", yes},
                      {"nodes_falsenodeids", no},
                      {"nodes_trueleafs", yes_leafs},
                      {"nodes_falseleafs", no_leafs},
                      {"nodes_missing_value_tracks_true", missing},
                      {"tree_roots", roots},
                      {"leaf_targetids", targets},
                      {"nodes_modes", list<uint8_t>(modes)},
                      {"nodes_splits", list<T>(splits)},
                      {"leaf_weights", list<T>(weights)},
                      {"n_targets", n_targets}};
    if (!members.empty()) all.emplace_back("membership_values", list<T>(members));
    return all;
  }
};

Result<std::vector<Value>> ensemble(Attributes attributes, Tensor x) {
  return run_op({.op = "TreeEnsemble",
                 .domain = "ai.onnx.ml",
                 .version = 5,
                 .attributes = std::move(attributes),
                 .inputs = {std::move(x)}});
}

TEST(TreeEnsemble, IsTheAggregateOfItsTrees) {
  const Plan plan{.modes = 7, .most_votes = 1};
  for (uint32_t seed = 200; seed < 230; ++seed) {
    Forest forest(seed, 4, plan);
    Lists lists;
    for (const auto& tree : forest.trees()) {
      if (!tree->is_leaf()) {
        lists.roots.push_back(lists.add(*tree).first);
        continue;
      }
      // A tree of one leaf is a branch whose children are the same leaf.
      Tree branch;
      for (auto* child : {&branch.yes, &branch.no}) *child = std::make_unique<Tree>(Tree{.votes = tree->votes});
      lists.roots.push_back(lists.add(branch).first);
      lists.no.back() = lists.yes.back();
      lists.targets.pop_back();
      lists.weights.pop_back();
    }
    const std::vector<float> x = forest.rows(9);
    const char* const kAggregates[] = {"AVERAGE", "SUM", "MIN", "MAX"};
    const auto aggregate = static_cast<int64_t>(seed % 4);
    const std::vector<float> wanted = expected(forest, x, plan, kAggregates[aggregate]);
    const auto y = ensemble(with(lists.attributes<float>(3), "aggregate_function", aggregate), matrix<float>(9, 4, x));
    const auto d =
        ensemble(with(lists.attributes<double>(3), "aggregate_function", aggregate), matrix<double>(9, 4, x));
    ASSERT_TRUE(y.ok()) << y.status().message();
    ASSERT_TRUE(d.ok()) << d.status().message();
    EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-5f), wanted));
    const std::vector<double> doubles = elements<double>((*d)[0]);
    EXPECT_THAT(std::vector<float>(doubles.begin(), doubles.end()), Pointwise(FloatNear(1e-5f), wanted));
  }
}

// A branch over two leaves.
Lists small_lists() {
  Tree root{.feature = 1, .split = 0.5f};
  root.yes = std::make_unique<Tree>(Tree{.votes = {{0, 2}}});
  root.no = std::make_unique<Tree>(Tree{.votes = {{1, 3}}});
  Lists lists;
  lists.roots = {lists.add(root).first};
  return lists;
}

TEST(TreeEnsemble, TakesHalves) {
  const Half x[] = {Half(0.0f), Half(1.0f)};
  const auto y = ensemble(small_lists().attributes<Half>(2), Tensor::of<Half>({1, 2}, std::span<const Half>(x)));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(static_cast<float>(elements<Half>((*y)[0])[1]), 3);
}

TEST(TreeEnsemble, RefusesWhatIsNoTree) {
  const Attributes good = small_lists().attributes<float>(2);
  const auto refused = [](Attributes attributes) {
    return ensemble(std::move(attributes), matrix<float>(1, 2, {0, 0})).status().message();
  };
  using Ints = std::vector<int64_t>;
  ASSERT_EQ(refused(good), "");
  EXPECT_THAT(refused(with(good, "nodes_truenodeids", Ints{5})),
              HasSubstr("'nodes_truenodeids' has the entry 5 at 0, but there are 2 leaves"));
  EXPECT_THAT(refused(with(good, "nodes_trueleafs", Ints{0})), HasSubstr("entry 0 of nodes_* is reached twice"));
  EXPECT_THAT(refused(with(good, "tree_roots", Ints{0, 0})), HasSubstr("entry 0 of nodes_* is reached twice"));
  EXPECT_THAT(refused(with(good, "tree_roots", Ints{1})), HasSubstr("'tree_roots' has the entry 1 at 0"));
  EXPECT_THAT(refused(with(good, "tree_roots", Ints{})), HasSubstr("entry 0 of nodes_* is reached from no root"));
  EXPECT_THAT(refused(with(good, "leaf_targetids", Ints{0, 2})), HasSubstr("'leaf_targetids' has the entry 2 at 1"));
  EXPECT_THAT(refused(with(good, "leaf_targetids", Ints{0})), HasSubstr("'leaf_weights' has 2 entries"));
  EXPECT_THAT(refused(with(good, "nodes_modes", Tensor::of<uint8_t>({1}, {7}))),
              HasSubstr("'nodes_modes' has the entry 7"));
  EXPECT_THAT(refused(with(good, "nodes_modes", Tensor::of<uint8_t>({1}, {6}))),
              HasSubstr("'membership_values' has fewer sets"));
  EXPECT_THAT(refused(with(good, "membership_values", Tensor::of<float>({2}, {1, kNaN}))),
              HasSubstr("has 2 entries more than"));
  EXPECT_THAT(refused(with(good, "nodes_splits", Tensor::of<float>({2}, {1, 2}))),
              HasSubstr("'nodes_splits' has 2 entries"));
  EXPECT_THAT(refused(with(good, "nodes_featureids", Ints{2})), HasSubstr("'nodes_featureids' has the entry 2"));
  EXPECT_THAT(refused(with(good, "aggregate_function", int64_t{4})), HasSubstr("'aggregate_function' is 4"));
  EXPECT_THAT(refused(with(good, "n_targets", int64_t{1} << 40)), HasSubstr("targets are not supported"));
}

}  // namespace
}  // namespace mortise::test
