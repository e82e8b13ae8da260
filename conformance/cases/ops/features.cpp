// ai.onnx.ml: what makes features of data, and names of results.
#include "conformance/cases/ops/families.h"

namespace mortise::conformance::ops {

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
  const auto add = [&](const char* name, std::vector<float> floats, std::vector<int64_t> ints) {
    family.add(name, [=](const Form& form, Data& data) {
      Draft draft = Draft(form).in(data.tensor(form.dtype, {5, 3}, {0, 3, true}));
      if (reference::contains(kFloats, form.dtype)) {
        return std::move(draft)
            .floats("imputed_value_floats", floats)
            .attribute("replaced_value_float", AttributeValue(2.0f));
      }
      return std::move(draft).ints("imputed_value_int64s", ints).attribute("replaced_value_int64", 2);
    });
  };
  add("each", {7.5f, 8, 9}, {7, 8, 9});
  add("one", {7.5f}, {7});
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
  family.variants.back().types = reference::kString | kFloat32 | TypeSet{1} << static_cast<int32_t>(DType::kI64);
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

Family normalizer() {
  Family family;
  for (const char* norm : {"MAX", "L1", "L2"}) {
    family.add(kebab_case(norm), [=](const Form& form, Data& data) {
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
        .floats("offset", data.floats(3))
        .floats("scale", data.floats(3, {0.5, 2}));
  });
  family.add("one", [](const Form& form, Data& data) {
    return Draft(form).in(data.tensor(form.dtype, {4, 3}, {-9, 9})).floats("offset", {0.5f}).floats("scale", {2});
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
