// TreeEnsembleClassifier: the votes of all trees for each class, added up.
//
// Where all votes are for one of two classes, they make one score, of the second class. The text does not say so; all
// implementations do. It is a probability if no weight is negative, otherwise a margin, unless post_transform says
// which; base_values may then be one number for it. Where the votes are for the second class itself, the first one's
// score stays what its base is.
#include <algorithm>

#include "providers/reference/ops/ml/class_labels.h"
#include "providers/reference/ops/ml/number_list.h"
#include "providers/reference/ops/ml/post_transform.h"
#include "providers/reference/ops/ml/tree_tuples.h"

namespace mortise::reference {
namespace {

struct TreeClassifier {
  Forest forest;
  ClassLabels labels;
  PostTransform transform = PostTransform::kNone;
  std::vector<double> base;        // of each class; empty: 0
  std::optional<uint64_t> binary;  // the class that has all votes, of two
  BinaryScore meaning = BinaryScore::kProbability;

  // The class of a row, and its scores in their last form.
  int64_t finish(std::span<double> scores) const {
    for (uint64_t i = 0; i < base.size(); ++i) scores[i] += base[i];
    int64_t winner = 0;
    if (binary) {
      const double score = scores[*binary];
      winner = labels.from_one_score(is_second_class(meaning, score));
      if (*binary == 0) std::ranges::copy(both_scores(meaning, score), scores.begin());
    } else {
      winner = scores.size() == 1 ? labels.from_one_score(scores[0] > 0) : top_class(scores);
    }
    finish_scores(transform, scores);
    return winner;
  }
};

// The target of all votes, if it is one.
std::optional<uint64_t> only_target(std::span<const Vote> votes) {
  if (votes.empty()) return std::nullopt;
  const uint32_t target = votes.front().target;
  const bool same = std::all_of(votes.begin(), votes.end(), [=](const Vote& v) { return v.target == target; });
  return same ? std::optional<uint64_t>(target) : std::nullopt;
}

}  // namespace

Result<Kernel> make_tree_ensemble_classifier(const NodeSpec& node) {
  TreeClassifier c;
  MORTISE_ASSIGN(c.labels, ClassLabels::read(node, "classlabels_int64s"));
  const uint64_t classes = c.labels.size();
  if (classes == 0) {
    return invalid_argument("one of the attributes 'classlabels_int64s' and 'classlabels_strings' must be given");
  }
  MORTISE_ASSIGN(c.transform, post_transform_of(node));
  MORTISE_ASSIGN(c.forest, read_tree_tuples(node, {.trees = "class_treeids",
                                                   .nodes = "class_nodeids",
                                                   .targets = "class_ids",
                                                   .weights = "class_weights",
                                                   .num_targets = classes}));
  const auto votes = c.forest.votes();
  if (classes == 2) c.binary = only_target(votes);
  const bool negative = std::any_of(votes.begin(), votes.end(), [](const Vote& v) { return v.weight < 0; });
  c.meaning = binary_score(c.transform, negative ? BinaryScore::kMargin : BinaryScore::kProbability);
  MORTISE_ASSIGN(c.base, numbers_of(node, "base_values"));
  if (c.binary && c.base.size() == 1) {
    const double base = c.base[0];
    c.base.assign(2, 0);
    c.base[*c.binary] = base;
  }
  if (!c.base.empty() && c.base.size() != classes) {
    return invalid_argument("attribute 'base_values' has ", c.base.size(), " entries for ", classes, " classes");
  }
  return Kernel([c = std::move(c)](KernelContext& context) -> Status {
    MORTISE_ASSIGN(const Rows rows, rows_of(context.input(0)));
    const uint64_t classes = c.labels.size();
    const Shape shape{static_cast<int64_t>(rows.count), static_cast<int64_t>(classes)};
    MORTISE_TRY(check_shape(DType::kF64, shape));
    Tensor& y = c.labels.output(context, rows.count);
    Tensor& z = context.output(1, DType::kF32, shape);
    return for_each_row(context, Features{}, c.forest, Aggregate::kSum, classes,
                        [&](uint64_t row, std::span<double> scores) {
                          c.labels.write(y, row, c.finish(scores));
                          store(scores, z, row);
                        });
  });
}

}  // namespace mortise::reference
