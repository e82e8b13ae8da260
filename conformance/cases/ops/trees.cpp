// ai.onnx.ml: ensembles of trees.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

// Two trees over three features: a root with a leaf on either side, and one more split on the true side.
Draft add_trees(Draft draft, Data& data) {
  return std::move(draft)
      .ints("nodes_treeids", {0, 0, 0, 1, 1, 1, 1, 1})
      .ints("nodes_nodeids", {0, 1, 2, 0, 1, 2, 3, 4})
      .ints("nodes_featureids", {0, 0, 0, 1, 2, 0, 0, 0})
      .ints("nodes_truenodeids", {1, 0, 0, 1, 3, 0, 0, 0})
      .ints("nodes_falsenodeids", {2, 0, 0, 2, 4, 0, 0, 0})
      .strings("nodes_modes", {"BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_GT", "BRANCH_LT", "LEAF", "LEAF", "LEAF"})
      .floats("nodes_values", data.floats(8));
}

const std::vector<int64_t> kLeafTrees = {0, 0, 1, 1, 1}, kLeafNodes = {1, 2, 2, 3, 4};

}  // namespace

Family tree_classifier() {
  Family family;
  for (const char* transform : kTransforms) {
    family.add(kebab_case(transform), [=](const Form& form, Data& data) {
      data.terms = 2;
      return add_trees(Draft(form).in(data.tensor(form.dtype, {12, 3}, {-2, 2})), data)
          .ints("class_treeids", kLeafTrees)
          .ints("class_nodeids", kLeafNodes)
          .ints("class_ids", {0, 1, 2, 0, 1})
          .floats("class_weights", data.floats(5, {0.1, 1}))
          .ints("classlabels_int64s", {10, 20, 30})
          .attribute("post_transform", transform)
          .outputs(2);
    });
  }
  return family;
}

Family tree_regressor() {
  Family family;
  for (const char* aggregate : {"SUM", "AVERAGE", "MIN", "MAX"}) {
    family.add(kebab_case(aggregate), [=](const Form& form, Data& data) {
      data.terms = 2;
      return add_trees(Draft(form).in(data.tensor(form.dtype, {12, 3}, {-2, 2})), data)
          .ints("target_treeids", kLeafTrees)
          .ints("target_nodeids", kLeafNodes)
          .ints("target_ids", {0, 0, 0, 0, 0})
          .floats("target_weights", data.floats(5))
          .attribute("n_targets", 1)
          .attribute("aggregate_function", aggregate);
    });
  }
  return family;
}

Family tree_ensemble() {
  Family family;
  family.add("one-tree", [](const Form& form, Data& data) {
    return Draft(form)
        .in(data.tensor(form.dtype, {9, 2}, {-2, 2}))
        .ints("tree_roots", {0})
        .ints("nodes_featureids", {0, 1})
        .attribute("nodes_splits", AttributeValue(data.tensor(form.dtype, {2}, {-1, 1})))
        .attribute("nodes_modes", AttributeValue(Tensor::of<uint8_t>({2}, {0, 0})))
        .ints("nodes_truenodeids", {1, 0})
        .ints("nodes_trueleafs", {0, 1})
        .ints("nodes_falsenodeids", {2, 1})
        .ints("nodes_falseleafs", {1, 1})
        .ints("leaf_targetids", {0, 0, 0})
        .attribute("leaf_weights", AttributeValue(data.tensor(form.dtype, {3}, {-4, 4})))
        .attribute("n_targets", 1);
  });
  return family;
}

}  // namespace mortise::conformance::ops
