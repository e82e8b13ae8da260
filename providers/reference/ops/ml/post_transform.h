// The attribute post_transform: what a model's scores of one row go through at last. Pure functions.
#pragma once

#include <array>
#include <span>

#include "providers/reference/kernel.h"

namespace mortise::reference {

enum class PostTransform { kNone, kSoftmax, kLogistic, kSoftmaxZero, kProbit };  // numbered as in TreeEnsemble

Result<PostTransform> post_transform_of(const NodeSpec& node);

// The scores of one row, in place.
void finish_scores(PostTransform transform, std::span<double> scores);

// One score for two classes is a probability of the second one, or a margin between the two (above 0: the second one).
// No text says which. The transforms that make probabilities take margins; a probit takes probabilities.
enum class BinaryScore { kProbability, kMargin };
BinaryScore binary_score(PostTransform transform, BinaryScore otherwise);

inline bool is_second_class(BinaryScore meaning, double score) {
  return score > (meaning == BinaryScore::kMargin ? 0.0 : 0.5);
}
inline std::array<double, 2> both_scores(BinaryScore meaning, double score) {
  return {meaning == BinaryScore::kMargin ? -score : 1 - score, score};
}

}  // namespace mortise::reference
