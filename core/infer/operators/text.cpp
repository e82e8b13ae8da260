// Inference of operators on strings.
#include <algorithm>

#include "core/infer/context.h"
#include "core/infer/operator_table.h"

namespace mortise::infer {

// [words] or [1, words], of which stop words are left out.
Status infer_string_normalizer(InferContext& context) {
  std::optional<Dims> output = context.input(0).dims;
  if (output) {
    if (output->size() != 1 && output->size() != 2) {
      return context.error("input ", to_string(context.input(0)), " must be [words] or [1, words]");
    }
    const auto* stop_words = context.node().get<std::vector<std::string>>("stopwords");
    if (stop_words != nullptr && !stop_words->empty()) output->back() = kUnknownDim;
  }
  context.set_shape(0, std::move(output));
  return {};
}

// The parts of each string on one more axis, and how many they are.
Status infer_string_split(InferContext& context) {
  std::optional<Dims> output = context.input(0).dims;
  context.set_shape(1, output);
  if (output) output->push_back(kUnknownDim);
  context.set_shape(0, std::move(output));
  return {};
}

// [words] or [batch, words] to a count for each n-gram.
Status infer_tf_idf(InferContext& context) {
  const auto places = context.node().get_ints("ngram_indexes");
  if (places.empty()) return context.error("attribute 'ngram_indexes' is empty");
  const int64_t last = *std::max_element(places.begin(), places.end());
  if (last < 0) return context.error("attribute 'ngram_indexes' has the entry ", last);
  std::optional<Dims> output = context.input(0).dims;
  if (output) {
    if (output->size() != 1 && output->size() != 2) {
      return context.error("input ", to_string(context.input(0)), " must be [words] or [batch, words]");
    }
    output->back() = known_dim(saturating_add(last, 1));
  }
  context.set_shape(0, std::move(output));
  return {};
}

}  // namespace mortise::infer
