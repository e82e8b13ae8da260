// Inference of ai.onnx.ml: classical models on rows of features. A list [features] is one row.
#include <algorithm>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

namespace {

template <class T>
size_t list_size(const InferContext& context, std::string_view attribute) {
  const auto* list = context.node().get<std::vector<T>>(attribute);
  return list != nullptr ? list->size() : 0;
}

Dim rows(const InferContext& context) {
  const Dims* dims = context.dims(0);
  if (dims == nullptr) return kUnknownDim;
  return dims->size() > 1 ? dims->front() : known_dim(1);
}

// Rows to a label each, and a score for each class.
void set_classes(InferContext& context, std::string_view ints, const Dim& scores) {
  const bool strings = list_size<std::string>(context, "classlabels_strings") > 0;
  const bool numbers = list_size<int64_t>(context, ints) > 0;
  context.set_tensor(0, strings && !numbers ? DType::kString : DType::kI64, Dims{rows(context)});
  context.set_shape(1, Dims{rows(context), scores});
}

Dim num_classes(const InferContext& context, std::string_view ints) {
  const size_t count =
      std::max(list_size<std::string>(context, "classlabels_strings"), list_size<int64_t>(context, ints));
  return count > 0 ? known_dim(static_cast<int64_t>(count)) : kUnknownDim;
}

Status set_targets(InferContext& context, std::string_view attribute) {
  const int64_t targets = context.node().get_int(attribute, 1);
  if (targets < 1) return context.error("attribute '", attribute, "' is ", targets, "; it must be at least 1");
  context.set_shape(0, Dims{rows(context), known_dim(targets)});
  return {};
}

}  // namespace

// Picks features, which are the last axis, by index.
Status infer_array_feature_extractor(InferContext& context) {
  const Dims* data = context.dims(0);
  const Dims* indices = context.dims(1);
  if (data == nullptr || indices == nullptr) return {};
  Dims output(data->begin(), data->end());
  if (output.size() <= 1) output = {known_dim(1), kUnknownDim};
  output.back() = product(*indices);
  context.set_shape(0, std::move(output));
  return {};
}

Status infer_cast_map(InferContext& context) {
  const std::string_view to = context.node().get_string("cast_to", "TO_FLOAT");
  const bool sparse = context.node().get_string("map_form", "DENSE") == "SPARSE";
  const Dim columns = sparse ? to_extent(context.node().get_int("max_map", 1)) : kUnknownDim;
  context.set_tensor(0,
                     to == "TO_STRING"  ? DType::kString
                     : to == "TO_INT64" ? DType::kI64
                                        : DType::kF32,
                     Dims{known_dim(1), columns});
  return {};
}

// Words to numbers, or numbers to words.
Status infer_category_mapper(InferContext& context) {
  const DType from = context.dtype(0);
  const DType to = from == DType::kString ? DType::kI64 : from == DType::kI64 ? DType::kString : DType::kUndefined;
  context.set_tensor(0, to, context.input(0).dims);
  return {};
}

Status infer_dict_vectorizer(InferContext& context) {
  const size_t words =
      std::max(list_size<std::string>(context, "string_vocabulary"), list_size<int64_t>(context, "int64_vocabulary"));
  const Type& input = context.input(0);
  const DType dtype = input.kind == ValueKind::kMap && input.element ? input.element->dtype : DType::kUndefined;
  context.set_tensor(0, dtype, Dims{known_dim(1), known_dim(static_cast<int64_t>(words))});
  return {};
}

// The features of all inputs beside one another.
Status infer_feature_vectorizer(InferContext& context) {
  int64_t total = 0;
  for (const int64_t count : context.node().get_ints("inputdimensions")) {
    if (count < 0) return context.error("attribute 'inputdimensions' has the entry ", count);
    total = saturating_add(total, count);
  }
  context.set_shape(0, Dims{rows(context), context.node().find("inputdimensions") ? known_dim(total) : kUnknownDim});
  return {};
}

// Version 1 maps between words and their places; later ones say the values.
Status infer_label_encoder(InferContext& context) {
  const Node& node = context.node();
  DType to = DType::kUndefined;
  if (context.version() == 1) {
    return infer_category_mapper(context);
  } else if (node.find("values_strings") != nullptr) {
    to = DType::kString;
  } else if (node.find("values_int64s") != nullptr) {
    to = DType::kI64;
  } else if (node.find("values_floats") != nullptr) {
    to = DType::kF32;
  } else if (const auto* tensor = node.get<Tensor>("values_tensor")) {
    to = tensor->dtype();
  }
  context.set_tensor(0, to, context.input(0).dims);
  return {};
}

// One score for each intercept; two classes may share one, of which the other is made.
Status infer_linear_classifier(InferContext& context) {
  const size_t scores = list_size<float>(context, "intercepts");
  Dim count = num_classes(context, "classlabels_ints");
  if (scores > 1) count = known_dim(static_cast<int64_t>(scores));
  set_classes(context, "classlabels_ints", count);
  return {};
}

Status infer_linear_regressor(InferContext& context) { return set_targets(context, "targets"); }

// One more axis with a place for each category.
Status infer_one_hot_encoder(InferContext& context) {
  const size_t count =
      std::max(list_size<int64_t>(context, "cats_int64s"), list_size<std::string>(context, "cats_strings"));
  std::optional<Dims> output = context.input(0).dims;
  if (output) output->push_back(known_dim(static_cast<int64_t>(count)));
  context.set_shape(0, std::move(output));
  return {};
}

Status infer_svm_classifier(InferContext& context) {
  set_classes(context, "classlabels_ints", kUnknownDim);
  return {};
}

Status infer_svm_regressor(InferContext& context) {
  context.set_shape(0, Dims{rows(context), known_dim(1)});
  return {};
}

Status infer_tree_ensemble(InferContext& context) { return set_targets(context, "n_targets"); }

Status infer_tree_classifier(InferContext& context) {
  set_classes(context, "classlabels_int64s", num_classes(context, "classlabels_int64s"));
  return {};
}

// A map from label to score for each row.
Status infer_zip_map(InferContext& context) {
  Type map{ValueKind::kMap, DType::kI64, std::nullopt, std::make_shared<const Type>(Type::tensor(DType::kF32, Dims{}))};
  if (list_size<std::string>(context, "classlabels_strings") > 0) map.dtype = DType::kString;
  context.set_output(0, Type::sequence(std::move(map)));
  return {};
}

}  // namespace mortise::infer
