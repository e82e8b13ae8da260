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

// Entries of the one of two lists, integers and strings, that is there; 0 if neither is.
Result<size_t> one_of(const InferContext& context, std::string_view ints, std::string_view strings) {
  const size_t numbers = list_size<int64_t>(context, ints), words = list_size<std::string>(context, strings);
  if (numbers == 0 || words == 0) return std::max(numbers, words);
  return context.error("attributes '", ints, "' and '", strings, "' are both given; leave one out");
}

// Rows to a label each, and a score for each class.
void set_classes(InferContext& context, const Dim& scores) {
  const bool strings = list_size<std::string>(context, "classlabels_strings") > 0;
  context.set_tensor(0, strings ? DType::kString : DType::kI64, Dims{rows(context)});
  context.set_shape(1, Dims{rows(context), scores});
}

// Fails if the input is known to be no map.
Status expect_map(const InferContext& context) {
  const Type& input = context.input(0);
  if (input.kind == ValueKind::kNone || input.kind == ValueKind::kMap) return {};
  return context.error("input #0 is ", to_string(input), "; it must be a map");
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
  MORTISE_TRY(expect_map(context));
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
  MORTISE_TRY(expect_map(context));
  MORTISE_ASSIGN(const size_t words, one_of(context, "int64_vocabulary", "string_vocabulary"));
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
  MORTISE_ASSIGN(const size_t labels, one_of(context, "classlabels_ints", "classlabels_strings"));
  const size_t columns = scores == 0 || (scores == 1 && labels == 2) ? labels : scores;
  set_classes(context, columns > 0 ? known_dim(static_cast<int64_t>(columns)) : kUnknownDim);
  return {};
}

Status infer_linear_regressor(InferContext& context) { return set_targets(context, "targets"); }

// One more axis with a place for each category.
Status infer_one_hot_encoder(InferContext& context) {
  MORTISE_ASSIGN(const size_t count, one_of(context, "cats_int64s", "cats_strings"));
  std::optional<Dims> output = context.input(0).dims;
  if (output) output->push_back(known_dim(static_cast<int64_t>(count)));
  context.set_shape(0, std::move(output));
  return {};
}

// With support vectors and without probabilities, one score for each pair of classes; two classes have both signs of
// theirs.
Status infer_svm_classifier(InferContext& context) {
  MORTISE_ASSIGN(const size_t labels, one_of(context, "classlabels_ints", "classlabels_strings"));
  if (labels == 0) return context.error("neither 'classlabels_ints' nor 'classlabels_strings' is given");
  const auto vectors = context.node().get_ints("vectors_per_class");
  const bool pairs = std::any_of(vectors.begin(), vectors.end(), [](int64_t count) { return count != 0; }) &&
                     list_size<float>(context, "prob_a") == 0;
  set_classes(context, known_dim(static_cast<int64_t>(pairs && labels > 2 ? labels * (labels - 1) / 2 : labels)));
  return {};
}

Status infer_svm_regressor(InferContext& context) {
  context.set_shape(0, Dims{rows(context), known_dim(1)});
  return {};
}

Status infer_tree_ensemble(InferContext& context) { return set_targets(context, "n_targets"); }

Status infer_tree_classifier(InferContext& context) {
  MORTISE_ASSIGN(const size_t labels, one_of(context, "classlabels_int64s", "classlabels_strings"));
  if (labels == 0) return context.error("neither 'classlabels_int64s' nor 'classlabels_strings' is given");
  set_classes(context, known_dim(static_cast<int64_t>(labels)));
  return {};
}

// A map from label to score for each row.
Status infer_zip_map(InferContext& context) {
  MORTISE_ASSIGN(const size_t labels, one_of(context, "classlabels_int64s", "classlabels_strings"));
  const Dims* input = context.dims(0);
  if (input != nullptr && !input->empty() && is_known(input->back()) &&
      input->back().value != static_cast<int64_t>(labels)) {
    return context.error("input #0 is ", to_string(context.input(0)), "; it needs a column for each of ", labels,
                         " labels");
  }
  Type map{ValueKind::kMap, DType::kI64, std::nullopt, std::make_shared<const Type>(Type::tensor(DType::kF32, Dims{}))};
  if (list_size<std::string>(context, "classlabels_strings") > 0) map.dtype = DType::kString;
  context.set_output(0, Type::sequence(std::move(map)));
  return {};
}

}  // namespace mortise::infer
