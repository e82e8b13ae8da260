// LinearClassifier and LinearRegressor: a weighted sum of the features for each class or target.
//
// Sums are carried in double. multi_class changes nothing: ONNX's and other implementations ignore it too.
#include <vector>

#include "providers/reference/ops/ml/class_labels.h"
#include "providers/reference/ops/ml/post_transform.h"
#include "providers/reference/ops/ml/rows.h"

namespace mortise::reference {
namespace {

struct Linear {
  std::vector<float> coefficients;  // [sums, features]
  std::vector<float> intercepts;    // one for each sum, or none

  explicit Linear(const NodeSpec& node) {
    const auto weights = node.get_floats("coefficients"), offsets = node.get_floats("intercepts");
    coefficients.assign(weights.begin(), weights.end());
    intercepts.assign(offsets.begin(), offsets.end());
  }

  Status check(const Tensor& x, uint64_t sums, uint64_t features) const {
    if (sums != 0 && coefficients.size() / sums == features && coefficients.size() % sums == 0) return {};
    return invalid_argument("attribute 'coefficients' has ", coefficients.size(), " entries; X ", to_string(x.shape()),
                            " needs ", features, " for each of ", sums, " scores");
  }
  // For one row.
  void add_up(std::span<const double> row, std::span<double> sums) const {
    for (uint64_t s = 0; s < sums.size(); ++s) {
      double sum = intercepts.empty() ? 0 : intercepts[s];
      for (uint64_t i = 0; i < row.size(); ++i) sum += row[i] * coefficients[s * row.size() + i];
      sums[s] = sum;
    }
  }
};

// How many scores a classifier has: as many as intercepts, or as its coefficients are enough for.
uint64_t num_scores(const Linear& model, uint64_t features) {
  if (!model.intercepts.empty()) return model.intercepts.size();
  return features == 0 ? 0 : model.coefficients.size() / features;
}

Status check_labels(const ClassLabels& labels, uint64_t scores) {
  if (labels.size() == scores || labels.size() == 0 || (scores == 1 && labels.size() == 2)) return {};
  return invalid_argument("there are ", labels.size(), " class labels for ", scores, " scores");
}

}  // namespace

Result<Kernel> make_linear_classifier(const NodeSpec& node) {
  MORTISE_ASSIGN(const PostTransform transform, post_transform_of(node));
  MORTISE_ASSIGN(const ClassLabels labels, ClassLabels::read(node, "classlabels_ints"));
  return Kernel([model = Linear(node), transform, labels](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const Rows rows, rows_of(x));
    const uint64_t sums = num_scores(model, rows.features);
    MORTISE_TRY(model.check(x, sums, rows.features));
    MORTISE_TRY(check_labels(labels, sums));
    // One score for two labels is the second one's; unless a transform says otherwise, a probability.
    const bool both = sums == 1 && labels.size() == 2;
    const BinaryScore meaning = binary_score(transform, BinaryScore::kProbability);
    const uint64_t width = both ? 2 : sums;
    const std::span<const double> in = read_doubles(context, x);
    Tensor& y = labels.output(context, rows.count);
    const Shape shape{static_cast<int64_t>(rows.count), static_cast<int64_t>(width)};
    Tensor& z = context.output(1, DType::kF32, shape);
    const auto grain = grain_for(static_cast<int64_t>(2 * model.coefficients.size()));
    context.parallel_for(rows.count, grain, [&](uint64_t begin, uint64_t end) {
      std::vector<double> scores(width);
      for (uint64_t r = begin; r < end; ++r) {
        model.add_up(in.subspan(r * rows.features, rows.features), std::span(scores).first(sums));
        const double first = scores[0];
        labels.write(y, r, sums == 1 ? labels.from_one_score(first > 0) : top_class(scores));
        if (both) std::ranges::copy(both_scores(meaning, first), scores.begin());
        finish_scores(transform, scores);
        store(scores, z, r);
      }
    });
    return {};
  });
}

Result<Kernel> make_linear_regressor(const NodeSpec& node) {
  MORTISE_ASSIGN(const PostTransform transform, post_transform_of(node));
  const int64_t targets = node.get_int("targets", 1);
  if (targets < 1) return invalid_argument("attribute 'targets' is ", targets, "; it must be at least 1");
  Linear model(node);
  if (!model.intercepts.empty() && static_cast<int64_t>(model.intercepts.size()) != targets) {
    return invalid_argument("attribute 'intercepts' has ", model.intercepts.size(), " entries for ", targets,
                            " targets");
  }
  return Kernel([model = std::move(model), transform, targets](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const Rows rows, rows_of(x));
    const auto width = static_cast<uint64_t>(targets);
    MORTISE_TRY(model.check(x, width, rows.features));
    const Shape shape{static_cast<int64_t>(rows.count), targets};
    MORTISE_TRY(check_shape(DType::kF64, shape));
    const std::span<const double> in = read_doubles(context, x);
    const std::span<double> sums = context.scratch<double>(rows.count * width);
    Tensor& y = context.output(0, DType::kF32, shape);
    const auto grain = grain_for(static_cast<int64_t>(2 * model.coefficients.size()));
    context.parallel_for(rows.count, grain, [&](uint64_t begin, uint64_t end) {
      for (uint64_t r = begin; r < end; ++r) {
        const auto row = sums.subspan(r * width, width);
        model.add_up(in.subspan(r * rows.features, rows.features), row);
        finish_scores(transform, row);
        store(row, y, r);
      }
    });
    return {};
  });
}

}  // namespace mortise::reference
