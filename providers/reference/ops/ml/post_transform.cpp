#include "providers/reference/ops/ml/post_transform.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mortise::reference {
namespace {

// Stable for both signs.
double logistic(double score) {
  const double v = 1 / (1 + std::exp(-std::abs(score)));
  return score < 0 ? 1 - v : v;
}

// The inverse of the normal distribution in Winitzki's approximation (0.2 %), which is what ONNX's implementations
// compute.
double probit(double probability) {
  constexpr double kA = 0.147;
  const double x = 2 * probability - 1;
  const double log = std::log((1 - x) * (1 + x));
  const double v = 2 / (std::numbers::pi * kA) + 0.5 * log;
  const double inverse_erf = std::sqrt(std::sqrt(v * v - log / kA) - v);
  return std::numbers::sqrt2 * std::copysign(inverse_erf, x);
}

void softmax_row(std::span<double> scores) {
  const double most = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score - most);
  for (double& score : scores) score /= sum;
}

// Scores of 0 (up to 1e-7) stay. If all do they share alike, one half each, as in ONNX's own implementation.
void softmax_zero(std::span<double> scores) {
  const double most = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& score : scores) {
    score = std::abs(score) > 1e-7 ? std::exp(score - most) : 0;
    sum += score;
  }
  for (double& score : scores) score = sum == 0 ? 0.5 : score / sum;
}

}  // namespace

Result<PostTransform> post_transform_of(const NodeSpec& node) {
  const std::string_view name = node.get_string("post_transform", "NONE");
  if (name == "NONE") return PostTransform::kNone;
  if (name == "SOFTMAX") return PostTransform::kSoftmax;
  if (name == "LOGISTIC") return PostTransform::kLogistic;
  if (name == "SOFTMAX_ZERO") return PostTransform::kSoftmaxZero;
  if (name == "PROBIT") return PostTransform::kProbit;
  return invalid_argument("attribute 'post_transform' is '", name,
                          "'; it must be one of NONE, SOFTMAX, LOGISTIC, SOFTMAX_ZERO, PROBIT");
}

void finish_scores(PostTransform transform, std::span<double> scores) {
  if (scores.empty()) return;
  switch (transform) {
    case PostTransform::kNone:
      return;
    case PostTransform::kSoftmax:
      return softmax_row(scores);
    case PostTransform::kSoftmaxZero:
      return softmax_zero(scores);
    case PostTransform::kLogistic:
      std::transform(scores.begin(), scores.end(), scores.begin(), logistic);
      return;
    case PostTransform::kProbit:
      std::transform(scores.begin(), scores.end(), scores.begin(), probit);
      return;
  }
}

BinaryScore binary_score(PostTransform transform, BinaryScore otherwise) {
  if (transform == PostTransform::kProbit) return BinaryScore::kProbability;
  return transform == PostTransform::kNone ? otherwise : BinaryScore::kMargin;
}

}  // namespace mortise::reference
