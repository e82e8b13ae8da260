// ai.onnx.ml: features, linear models, support vectors and trees.
#include <cctype>

#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

namespace {

using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;

Floats random_floats(Data& data, size_t count, Range range = {-1, 1}) {
  Floats values(count);
  for (float& value : values) value = static_cast<float>(data.real(range));
  return values;
}

constexpr const char* kTransforms[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

// Two trees over three features: a root with a leaf on either side, and one more split on the true side.
Draft add_trees(Draft draft, Data& data) {
  return std::move(draft)
      .ints("nodes_treeids", {0, 0, 0, 1, 1, 1, 1, 1})
      .ints("nodes_nodeids", {0, 1, 2, 0, 1, 2, 3, 4})
      .ints("nodes_featureids", {0, 0, 0, 1, 2, 0, 0, 0})
      .ints("nodes_truenodeids", {1, 0, 0, 1, 3, 0, 0, 0})
      .ints("nodes_falsenodeids", {2, 0, 0, 2, 4, 0, 0, 0})
      .strings("nodes_modes", {"BRANCH_LEQ", "LEAF", "LEAF", "BRANCH_GT", "BRANCH_LT", "LEAF", "LEAF", "LEAF"})
      .floats("nodes_values", random_floats(data, 8));
}

const Ints kLeafTrees = {0, 0, 1, 1, 1}, kLeafNodes = {1, 2, 2, 3, 4};

}  // namespace

Family array_feature_extractor() {
  Family family;
  family.add("columns", [](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {3, 6})).in(Tensor::of<int64_t>({3}, {4, 0, 2}));
  });
  return family;
}

Family binarizer() {
  Family family;
  family.add("threshold", [](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {4, 5})).attribute("threshold", AttributeValue(1.0f));
  });
  return family;
}

namespace {

// Keys 1, 3, … or words, each with a number.
Value map_of(Data& data, DType key, DType value, int64_t count) {
  static constexpr const char* kWords[] = {"a", "tenon", "joint"};
  Tensor keys = numbers(DType::kI64, {count}, {1, 3, 6});
  if (key == DType::kString) keys = Tensor::strings({count}, {kWords, kWords + count});
  return Value(ValueKind::kMap, {keys, data.tensor(value, {count}, {1, 9})});
}

constexpr TypeSet kFloat32 = TypeSet{1} << static_cast<int32_t>(DType::kF32);

}  // namespace

Family cast_map() {
  Family family{.variants = {}, .parameter = "X"};
  const auto add = [&](const char* name, const char* to, bool sparse) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form).in(map_of(data, DType::kI64, DType::kF32, 3)).attribute("cast_to", to);
      return sparse ? std::move(draft).attribute("map_form", "SPARSE").attribute("max_map", 8) : std::move(draft);
    });
    family.variants.back().types = kFloat32;
  };
  add("floats", "TO_FLOAT", false);
  add("integers", "TO_INT64", false);
  add("sparse", "TO_FLOAT", true);
  return family;
}

Family dict_vectorizer() {
  Family family{.variants = {}, .parameter = "X"};
  family.add("words", [](const Form& form, Data& data) {
    return Draft(form)
        .in(map_of(data, DType::kString, DType::kF32, 3))
        .strings("string_vocabulary", {"tenon", "dowel", "a", "joint"});
  });
  family.variants.back().types = kFloat32;
  family.add("integers", [](const Form& form, Data& data) {
    return Draft(form).in(map_of(data, DType::kI64, DType::kF32, 3)).ints("int64_vocabulary", {3, 2, 6, 1});
  });
  family.variants.back().types = kFloat32;
  return family;
}

Family category_mapper() {
  Family family;
  family.add("categories", [](const Form& form, Data& data) {
    return Draft(form)
        .in(data.tensor(form.dtype, {9}, {0, 4, true}))
        .ints("cats_int64s", {0, 1, 3})
        .strings("cats_strings", {"", "a", "tenon"})
        .attribute("default_string", "none")
        .attribute("default_int64", -7);
  });
  return family;
}

Family feature_vectorizer() {
  Family family;
  family.add("three", [](const Form& form, Data& data) {
    return Draft(form)
        .in(data.tensor(form.dtype, {4, 2}))
        .in(data.tensor(form.dtype, {4, 3}))
        .in(data.tensor(form.dtype, {4, 1}))
        .ints("inputdimensions", {2, 3, 1});
  });
  return family;
}

Family imputer() {
  Family family;
  family.add("each", [](const Form& form, Data& data) {
    Draft draft = Draft(form).in(data.tensor(form.dtype, {5, 3}, {0, 3, true}));
    if (reference::contains(kFloats, form.dtype)) {
      return std::move(draft)
          .floats("imputed_value_floats", {7.5f, 8, 9})
          .attribute("replaced_value_float", AttributeValue(2.0f));
    }
    return std::move(draft).ints("imputed_value_int64s", {7, 8, 9}).attribute("replaced_value_int64", 2);
  });
  family.add("one", [](const Form& form, Data& data) {
    Draft draft = Draft(form).in(data.tensor(form.dtype, {5, 3}, {0, 3, true}));
    if (reference::contains(kFloats, form.dtype)) {
      return std::move(draft)
          .floats("imputed_value_floats", {7.5f})
          .attribute("replaced_value_float", AttributeValue(2.0f));
    }
    return std::move(draft).ints("imputed_value_int64s", {7}).attribute("replaced_value_int64", 2);
  });
  return family;
}

Family label_encoder() {
  Family family;
  family.add(
      "to-floats",
      [](const Form& form, Data& data) {
        Draft draft = Draft(form).in(data.tensor(form.dtype, {9}, {0, 4, true}));
        if (form.dtype == DType::kString) draft = std::move(draft).strings("keys_strings", {"", "a", "tenon"});
        if (form.dtype == DType::kI64) draft = std::move(draft).ints("keys_int64s", {0, 1, 3});
        if (form.dtype == DType::kF32) draft = std::move(draft).floats("keys_floats", {0, 1, 3});
        return std::move(draft).floats("values_floats", {0.5f, 2, 4}).attribute("default_float", AttributeValue(-1.0f));
      },
      2);
  family.variants.back().types = reference::kString | TypeSet{1} << 1 | TypeSet{1} << 7;
  family.add(
      "classes",
      [](const Form& form, Data& data) {
        return Draft(form)
            .in(data.tensor(form.dtype, {9}, {0, 4, true}))
            .strings("classes_strings", {"", "a", "tenon"})
            .attribute("default_string", "none")
            .attribute("default_int64", -7);
      },
      1, 1);
  return family;
}

Family linear_classifier() {
  Family family;
  for (const char* transform : kTransforms) {
    family.add(lower(transform), [=](const Form& form, Data& data) {
      return Draft(form)
          .in(data.tensor(form.dtype, {6, 4}))
          .floats("coefficients", random_floats(data, 12))
          .floats("intercepts", random_floats(data, 3))
          .ints("classlabels_ints", {10, 20, 30})
          .attribute("post_transform", transform)
          .outputs(2);
    });
  }
  return family;
}

Family linear_regressor() {
  Family family;
  for (const char* transform : kTransforms) {
    family.add(lower(transform), [=](const Form& form, Data& data) {
      return Draft(form)
          .in(data.tensor(form.dtype, {6, 4}))
          .floats("coefficients", random_floats(data, 8))
          .floats("intercepts", random_floats(data, 2))
          .attribute("targets", 2)
          .attribute("post_transform", transform);
    });
  }
  return family;
}

Family normalizer() {
  Family family;
  for (const char* norm : {"MAX", "L1", "L2"}) {
    family.add(lower(norm), [=](const Form& form, Data& data) {
      return Draft(form).in(data.tensor(form.dtype, {4, 5}, {1, 9})).attribute("norm", norm);
    });
  }
  return family;
}

Family one_hot_encoder() {
  Family family;
  family.add("categories", [](const Form& form, Data& data) {
    Draft draft = Draft(form).in(data.tensor(form.dtype, {9}, {0, 3, true})).attribute("zeros", 1);
    if (form.dtype == DType::kString) return std::move(draft).strings("cats_strings", {"", "a", "tenon"});
    return std::move(draft).ints("cats_int64s", {0, 1, 3});
  });
  return family;
}

Family scaler() {
  Family family;
  family.add("each", [](const Form& form, Data& data) {
    return Draft(form)
        .in(data.tensor(form.dtype, {4, 3}, {-9, 9}))
        .floats("offset", random_floats(data, 3))
        .floats("scale", random_floats(data, 3, {0.5, 2}));
  });
  family.add("one", [](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {4, 3}, {-9, 9})).floats("offset", {0.5f}).floats("scale", {2});
  });
  return family;
}

Family svm_classifier() {
  Family family;
  for (const char* kernel : {"LINEAR", "POLY", "RBF", "SIGMOID"}) {
    family.add(lower(kernel), [=](const Form& form, Data& data) {
      return Draft(form)
          .in(data.tensor(form.dtype, {6, 3}))
          .attribute("kernel_type", kernel)
          .floats("kernel_params", {0.5f, 0.25f, 2})
          .ints("classlabels_ints", {10, 20})
          .ints("vectors_per_class", {2, 2})
          .floats("support_vectors", random_floats(data, 12))
          .floats("coefficients", random_floats(data, 4))
          .floats("rho", {0.1f})
          .outputs(2);
    });
  }
  return family;
}

Family svm_regressor() {
  Family family;
  for (const char* kernel : {"LINEAR", "POLY", "RBF", "SIGMOID"}) {
    family.add(lower(kernel), [=](const Form& form, Data& data) {
      return Draft(form)
          .in(data.tensor(form.dtype, {6, 3}))
          .attribute("kernel_type", kernel)
          .floats("kernel_params", {0.5f, 0.25f, 2})
          .attribute("n_supports", 4)
          .floats("support_vectors", random_floats(data, 12))
          .floats("coefficients", random_floats(data, 4))
          .floats("rho", {0.1f});
    });
  }
  return family;
}

Family tree_classifier() {
  Family family;
  for (const char* transform : kTransforms) {
    family.add(lower(transform), [=](const Form& form, Data& data) {
      return add_trees(Draft(form).in(data.tensor(form.dtype, {12, 3}, {-2, 2})), data)
          .ints("class_treeids", kLeafTrees)
          .ints("class_nodeids", kLeafNodes)
          .ints("class_ids", {0, 1, 2, 0, 1})
          .floats("class_weights", random_floats(data, 5, {0.1, 1}))
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
    family.add(lower(aggregate), [=](const Form& form, Data& data) {
      return add_trees(Draft(form).in(data.tensor(form.dtype, {12, 3}, {-2, 2})), data)
          .ints("target_treeids", kLeafTrees)
          .ints("target_nodeids", kLeafNodes)
          .ints("target_ids", {0, 0, 0, 0, 0})
          .floats("target_weights", random_floats(data, 5))
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

Family zip_map() {
  Family family;
  family.add("integers", [](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {3, 2})).ints("classlabels_int64s", {10, 20});
  });
  family.add("strings", [](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {3, 2})).strings("classlabels_strings", {"a", "b"});
  });
  return family;
}

}  // namespace mortise::conformance::ops
