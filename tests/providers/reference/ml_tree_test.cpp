// Trees that are lists of tuples: random trees against a walk over the trees they were written from; models that are no trees.
#include <gmock/gmock.h>

#include "tests/providers/reference/random_forest.h"

namespace mortise::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

const std::vector<std::string> kModes = {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE",
                                         "BRANCH_GT",  "BRANCH_EQ", "BRANCH_NEQ"};

// The attributes of the operators with tuples, in the order in which nodes are added.
struct Tuples {
  std::vector<int64_t> trees, ids, features, yes, no, missing, vote_trees, vote_ids, vote_targets;
  std::vector<std::string> modes;
  std::vector<float> values, weights;

  void add(int64_t tree, const Tree& node) {
    trees.push_back(tree);
    ids.push_back(node.id);
    features.push_back(node.feature);
    yes.push_back(node.is_leaf() ? 0 : node.yes->id);
    no.push_back(node.is_leaf() ? 0 : node.no->id);
    missing.push_back(node.missing);
    modes.push_back(node.is_leaf() ? "LEAF" : kModes[node.mode]);
    values.push_back(node.split);
    for (const Vote& vote : node.votes) {
      vote_trees.push_back(tree);
      vote_ids.push_back(node.id);
      vote_targets.push_back(vote.target);
      weights.push_back(vote.weight);
    }
  }
  Attributes attributes(const std::string& prefix) const {
    return {
        {"nodes_treeids", trees},        {"nodes_nodeids", ids},          {"nodes_featureids", features},
        {"nodes_truenodeids", yes},      {"nodes_falsenodeids", no},      {"nodes_missing_value_tracks_true", missing},
        {"nodes_modes", modes},          {"nodes_values", values},        {prefix + "_treeids", vote_trees},
        {prefix + "_nodeids", vote_ids}, {prefix + "_ids", vote_targets}, {prefix + "_weights", weights}};
  }
};

void collect(int64_t tree, const Tree& node, std::vector<std::pair<int64_t, const Tree*>>& all) {
  all.emplace_back(tree, &node);
  if (node.is_leaf()) return;
  collect(tree, *node.yes, all);
  collect(tree, *node.no, all);
}

// Nodes of all trees in any order.
Tuples shuffled(Forest& forest) {
  std::vector<std::pair<int64_t, const Tree*>> all;
  for (size_t i = 0; i < forest.trees().size(); ++i) {
    collect(static_cast<int64_t>(7 * i) - 3, *forest.trees()[i], all);
  }
  for (size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[forest.random(i)]);
  Tuples tuples;
  for (const auto& [tree, node] : all) tuples.add(tree, *node);
  return tuples;
}

// Node 0 over the leaves 1 and 2, which vote for the targets 0 and 1.
Tuples small_tree() {
  Tree root{.id = 0, .feature = 1, .split = 0.5f};
  root.yes = std::make_unique<Tree>(Tree{.id = 1, .votes = {{0, 2}}});
  root.no = std::make_unique<Tree>(Tree{.id = 2, .votes = {{1, 3}}});
  Tuples tuples;
  tuples.add(0, root);
  tuples.add(0, *root.yes);
  tuples.add(0, *root.no);
  return tuples;
}

Result<std::vector<Value>> regress_by_tree(Attributes attributes, Tensor x, int64_t targets = 2, uint32_t threads = 1) {
  return run_op({.op = "TreeEnsembleRegressor",
                 .domain = "ai.onnx.ml",
                 .version = 3,
                 .attributes = with(std::move(attributes), "n_targets", targets),
                 .inputs = {std::move(x)},
                 .threads = threads});
}
std::string refusal(Attributes attributes) {
  return regress_by_tree(std::move(attributes), matrix<float>(1, 2, {0, 0})).status().message();
}

TEST(TreeEnsembleRegressor, IsTheSumOfItsTrees) {
  const Plan plan;
  for (uint32_t seed = 0; seed < 30; ++seed) {
    Forest forest(seed, 1 + seed % 5, plan);
    const Attributes attributes = shuffled(forest).attributes("target");
    const std::vector<float> x = forest.rows(17);
    for (const std::string aggregate : {"SUM", "AVERAGE", "MIN", "MAX"}) {
      SCOPED_TRACE(concat("seed ", seed, ", ", aggregate));
      const auto y = regress_by_tree(with(attributes, "aggregate_function", aggregate), matrix<float>(17, 4, x), 3);
      ASSERT_TRUE(y.ok()) << y.status().message();
      EXPECT_EQ((*y)[0].tensor.shape(), (Shape{17, 3}));
      EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-5f), expected(forest, x, plan, aggregate)));
      const auto doubles =
          regress_by_tree(with(attributes, "aggregate_function", aggregate), matrix<double>(17, 4, x), 3);
      ASSERT_TRUE(doubles.ok()) << doubles.status().message();
      EXPECT_EQ(floats((*doubles)[0]), floats((*y)[0]));
    }
  }
}

TEST(TreeEnsembleRegressor, GivesTheSameOnSeveralThreads) {
  const Plan plan;
  Forest forest(5, 40, plan);
  const Attributes attributes = shuffled(forest).attributes("target");
  const std::vector<float> x = forest.rows(3000);
  const auto one = regress_by_tree(attributes, matrix<float>(3000, 4, x), 3);
  const auto four = regress_by_tree(attributes, matrix<float>(3000, 4, x), 3, 4);
  ASSERT_TRUE(one.ok() && four.ok());
  EXPECT_EQ(floats((*one)[0]), floats((*four)[0]));
}

TEST(TreeEnsembleRegressor, AddsBaseValuesAndTransforms) {
  const Attributes attributes = with(small_tree().attributes("target"), "base_values", std::vector<float>{0.5f, -3});
  auto y = regress_by_tree(attributes, matrix<float>(2, 2, {9, 0, 9, 1}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(2.5f, -3, 0.5f, 0));
  y = regress_by_tree(with(attributes, "post_transform", std::string("LOGISTIC")), matrix<float>(1, 2, {9, 0}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), Pointwise(FloatNear(1e-6f), {1 / (1 + std::exp(-2.5f)), 1 / (1 + std::exp(3.0f))}));
}

TEST(TreeEnsembleRegressor, TakesDoublesFromTensors) {
  // 0.1f is more than 0.1: only the split as a double lets the value 0.1 pass, and its weight has more digits.
  Tree root{.id = 0, .feature = 0, .split = 0};
  root.yes = std::make_unique<Tree>(Tree{.id = 1, .votes = {{0, 0}}});
  root.no = std::make_unique<Tree>(Tree{.id = 2, .votes = {{0, 0}}});
  Tuples tuples;
  tuples.add(0, root);
  tuples.add(0, *root.yes);
  tuples.add(0, *root.no);
  Attributes attributes = without(without(tuples.attributes("target"), "nodes_values"), "target_weights");
  attributes.emplace_back("nodes_values_as_tensor", Tensor::of<double>({3}, {0.1, 0, 0}));
  attributes.emplace_back("target_weights_as_tensor", Tensor::of<double>({2}, {1, 2}));
  const auto y = regress_by_tree(attributes, Tensor::of<double>({2, 1}, {0.1, static_cast<double>(0.1f)}), 1);
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(1, 2));
  EXPECT_THAT(refusal(with(attributes, "nodes_values", std::vector<float>{0, 0, 0})),
              HasSubstr("attributes 'nodes_values' and 'nodes_values_as_tensor' are both given"));
}

TEST(TreeEnsembleRegressor, TakesIntegersAndNoRows) {
  const Attributes attributes = small_tree().attributes("target");
  for (const Tensor& x : {matrix<int32_t>(1, 2, {0, 1}), matrix<int64_t>(1, 2, {0, 1})}) {
    const auto y = regress_by_tree(attributes, x);
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_THAT(floats((*y)[0]), ElementsAre(0, 3));
  }
  const auto y = regress_by_tree(attributes, matrix<float>(0, 2, {}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ((*y)[0].tensor.shape(), (Shape{0, 2}));
}

TEST(TreeEnsembleRegressor, WalksDeepTrees) {
  // A chain: node i sends what is at most i to its leaf, which votes i.
  constexpr int64_t kDepth = 100000;
  Tuples tuples;
  for (int64_t i = 0; i < kDepth; ++i) {
    Tree branch{.id = 2 * i, .split = static_cast<float>(i)};
    branch.yes = std::make_unique<Tree>(Tree{.id = 2 * i + 1, .votes = {{0, static_cast<float>(i)}}});
    branch.no = std::make_unique<Tree>(Tree{.id = 2 * i + 2});
    tuples.add(0, branch);
    tuples.add(0, *branch.yes);
  }
  tuples.add(0, Tree{.id = 2 * kDepth, .votes = {{0, -1}}});
  const auto y = regress_by_tree(tuples.attributes("target"), matrix<float>(3, 1, {0, 99999, 100000}), 1);
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(floats((*y)[0]), ElementsAre(0, 99999, -1));
}

TEST(TreeEnsembleRegressor, RefusesWhatIsNoTree) {
  const Attributes good = small_tree().attributes("target");
  ASSERT_EQ(refusal(good), "");
  EXPECT_THAT(refusal(with(good, "nodes_truenodeids", std::vector<int64_t>{7, 0, 0})),
              HasSubstr("'nodes_truenodeids' has the entry 7 at node 0 of tree 0, but the tree has no such node"));
  EXPECT_THAT(refusal(with(good, "nodes_truenodeids", std::vector<int64_t>{2, 0, 0})),
              HasSubstr("node 2 of tree 0 is the child of two branches"));
  EXPECT_THAT(refusal(with(good, "nodes_truenodeids", std::vector<int64_t>{0, 0, 0})),
              HasSubstr("node 0 of tree 0 is reached from no root"));
  Tuples two_roots = small_tree();
  two_roots.add(0, Tree{.id = 9});
  EXPECT_THAT(refusal(two_roots.attributes("target")),
              HasSubstr("node 0 of tree 0 and node 9 both have no parent; a tree needs one root"));
  EXPECT_THAT(refusal(with(good, "nodes_treeids", std::vector<int64_t>{0, 0, 1})),
              HasSubstr("'nodes_falsenodeids' has the entry 2 at node 0 of tree 0, but the tree has no such node"));
  EXPECT_THAT(refusal(with(good, "nodes_nodeids", std::vector<int64_t>{0, 1, 1})),
              HasSubstr("node 1 of tree 0 is there twice"));
  EXPECT_THAT(refusal(with(good, "nodes_modes", std::vector<std::string>{"BRANCH_LIKE", "LEAF", "LEAF"})),
              HasSubstr("'nodes_modes' has the entry 'BRANCH_LIKE' at node 0 of tree 0"));
  EXPECT_THAT(refusal(with(good, "nodes_featureids", std::vector<int64_t>{-1, 0, 0})),
              HasSubstr("'nodes_featureids' has the entry -1 at node 0 of tree 0"));
  EXPECT_THAT(refusal(with(good, "nodes_featureids", std::vector<int64_t>{2, 0, 0})),
              HasSubstr("'nodes_featureids' has the entry 2 at node 0 of tree 0, but X has 2 features"));
  EXPECT_THAT(refusal(with(good, "target_nodeids", std::vector<int64_t>{0, 1})),
              HasSubstr("'target_nodeids' names node 0 of tree 0, which is no leaf"));
  EXPECT_THAT(refusal(with(good, "target_ids", std::vector<int64_t>{0, 2})),
              HasSubstr("'target_ids' has the entry 2 at node 2 of tree 0; it must be from 0 to 1"));
  EXPECT_THAT(refusal(with(good, "base_values", std::vector<float>{1, 2, 3})),
              HasSubstr("'base_values' has 3 entries for 2 targets"));
  for (const char* name : {"nodes_nodeids", "nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids"}) {
    EXPECT_THAT(refusal(with(good, name, std::vector<int64_t>{0, 1})),
                HasSubstr(concat('\'', name, "' has 2 entries")));
  }
  EXPECT_THAT(refusal(with(good, "nodes_hitrates", std::vector<float>{1})),
              HasSubstr("'nodes_hitrates' has 1 entries"));
}

TEST(TreeEnsembleRegressor, RefusesMoreTargetsThanItCanNumber) {
  const auto y = regress_by_tree(small_tree().attributes("target"), matrix<float>(0, 2, {}), (int64_t{1} << 32) + 2);
  ASSERT_FALSE(y.ok());
  EXPECT_THAT(y.status().message(), HasSubstr("4294967298 targets are not supported"));
}

TEST(TreeEnsembleRegressor, RefusesCyclesBesideATree) {
  // Nodes 3 and 4 are each other's children.
  Tuples tuples = small_tree();
  for (const int64_t id : {3, 4}) {
    Tree branch{.id = id};
    branch.yes = std::make_unique<Tree>(Tree{.id = 7 - id});
    branch.no = std::make_unique<Tree>(Tree{.id = id + 2, .votes = {}});
    tuples.add(0, branch);
    tuples.add(0, *branch.no);
  }
  EXPECT_THAT(refusal(tuples.attributes("target")), HasSubstr("node 3 of tree 0 is reached from no root"));
}

Result<std::vector<Value>> classify_by_tree(Attributes attributes, Tensor x) {
  return run_op({.op = "TreeEnsembleClassifier",
                 .domain = "ai.onnx.ml",
                 .version = 1,
                 .attributes = std::move(attributes),
                 .inputs = {std::move(x)},
                 .num_outputs = 2});
}

TEST(TreeEnsembleClassifier, GivesTheClassOfTheMostVotes) {
  const Plan plan;
  for (uint32_t seed = 100; seed < 120; ++seed) {
    Forest forest(seed, 1 + seed % 4, plan);
    const std::vector<float> x = forest.rows(11);
    const std::vector<float> scores = expected(forest, x, plan, "SUM");
    const auto y = classify_by_tree(
        with(shuffled(forest).attributes("class"), "classlabels_strings", std::vector<std::string>{"a", "b", "c"}),
        matrix<float>(11, 4, x));
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_THAT(floats((*y)[1]), Pointwise(FloatNear(1e-5f), scores));
    std::vector<std::string> labels;
    for (auto row = scores.begin(); row != scores.end(); row += 3) {
      labels.emplace_back(1, static_cast<char>('a' + (std::max_element(row, row + 3) - row)));
    }
    EXPECT_EQ(strings((*y)[0]), labels);
  }
}

// One leaf that votes for one of two classes.
Attributes one_leaf(float weight, int64_t target = 0) {
  Tuples tuples;
  tuples.add(0, Tree{.id = 0, .votes = {{target, weight}}});
  return with(tuples.attributes("class"), "classlabels_int64s", std::vector<int64_t>{10, 20});
}

struct Binary {
  float weight;
  const char* transform;
  int64_t label;
  float first, second;
};

TEST(TreeEnsembleClassifier, MakesTwoClassesOfOneScore) {
  const auto sigma = [](float v) { return 1 / (1 + std::exp(-v)); };
  for (const Binary& c :
       {Binary{0.75f, "NONE", 20, 0.25f, 0.75f}, Binary{0.5f, "NONE", 10, 0.5f, 0.5f},
        Binary{-0.25f, "NONE", 10, 0.25f, -0.25f}, Binary{0.25f, "LOGISTIC", 20, sigma(-0.25f), sigma(0.25f)},
        Binary{-2, "LOGISTIC", 10, sigma(2), sigma(-2)}, Binary{1, "SOFTMAX", 20, sigma(-2), sigma(2)}}) {
    const std::string transform = c.transform;
    // For the second class itself, the score is one of two, of which the other is 0.
    const float second = transform == "NONE" ? c.weight : sigma(c.weight);
    const float first = transform == "NONE" ? 0 : transform == "LOGISTIC" ? 0.5f : sigma(-c.weight);
    const std::vector<float> expected[] = {{c.first, c.second}, {first, second}};
    for (const int64_t target : {0, 1}) {
      SCOPED_TRACE(concat(c.weight, ' ', transform, " for class ", target));
      const auto y =
          classify_by_tree(with(one_leaf(c.weight, target), "post_transform", transform), matrix<float>(1, 1, {0}));
      ASSERT_TRUE(y.ok()) << y.status().message();
      EXPECT_THAT(elements<int64_t>((*y)[0]), ElementsAre(c.label));
      EXPECT_THAT(floats((*y)[1]), Pointwise(FloatNear(1e-6f), expected[target]));
    }
  }
}

TEST(TreeEnsembleClassifier, AddsOneBaseValueToOneScore) {
  const auto y = classify_by_tree(with(one_leaf(-2), "base_values", std::vector<float>{3}), matrix<float>(1, 1, {0}));
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(elements<int64_t>((*y)[0]), ElementsAre(20));
  EXPECT_THAT(floats((*y)[1]), ElementsAre(-1, 1));
  const auto z =
      classify_by_tree(with(one_leaf(-2, 1), "base_values", std::vector<float>{3}), matrix<float>(1, 1, {0}));
  ASSERT_TRUE(z.ok()) << z.status().message();
  EXPECT_THAT(floats((*z)[1]), ElementsAre(0, 1));
}

TEST(TreeEnsembleClassifier, RefusesNoLabelsAndBothKinds) {
  const Attributes attributes = one_leaf(1);
  const auto both = classify_by_tree(with(attributes, "classlabels_strings", std::vector<std::string>{"a", "b"}),
                                     matrix<float>(1, 1, {0}));
  ASSERT_FALSE(both.ok());
  EXPECT_THAT(both.status().message(), HasSubstr("are both given"));
  const auto none = classify_by_tree(without(attributes, "classlabels_int64s"), matrix<float>(1, 1, {0}));
  ASSERT_FALSE(none.ok());
  EXPECT_THAT(none.status().message(), HasSubstr("must be given"));
}

}  // namespace
}  // namespace mortise::test
