// TreeEnsembleRegressor: the votes of all trees for each target, added up, averaged, or the least or greatest of them.
// base_values are added afterwards.
#include "providers/reference/ops/ml/number_list.h"
#include "providers/reference/ops/ml/post_transform.h"
#include "providers/reference/ops/ml/tree_tuples.h"

namespace mortise::reference {
namespace {

Result<Aggregate> aggregate_of(const NodeSpec& node) {
  const std::string_view name = node.get_string("aggregate_function", "SUM");
  if (name == "AVERAGE") return Aggregate::kAverage;
  if (name == "SUM") return Aggregate::kSum;
  if (name == "MIN") return Aggregate::kMin;
  if (name == "MAX") return Aggregate::kMax;
  return invalid_argument("attribute 'aggregate_function' is '", name, "'; it must be one of AVERAGE, SUM, MIN, MAX");
}

}  // namespace

Result<Kernel> make_tree_ensemble_regressor(const NodeSpec& node) {
  MORTISE_ASSIGN(const PostTransform transform, post_transform_of(node));
  MORTISE_ASSIGN(const Aggregate aggregate, aggregate_of(node));
  const int64_t targets = node.get_int("n_targets", 1);
  if (targets < 1) return invalid_argument("attribute 'n_targets' is ", targets, "; it must be at least 1");
  const auto width = static_cast<uint64_t>(targets);
  MORTISE_ASSIGN(Forest forest, read_tree_tuples(node, {.trees = "target_treeids",
                                                        .nodes = "target_nodeids",
                                                        .targets = "target_ids",
                                                        .weights = "target_weights",
                                                        .num_targets = width}));
  MORTISE_ASSIGN(const std::vector<double> base, numbers_of(node, "base_values"));
  if (!base.empty() && base.size() != width) {
    return invalid_argument("attribute 'base_values' has ", base.size(), " entries for ", width, " targets");
  }
  return Kernel([forest = std::move(forest), aggregate, transform, base, targets](KernelContext& context) -> Status {
    MORTISE_ASSIGN(const Rows rows, rows_of(context.input(0)));
    const Shape shape{static_cast<int64_t>(rows.count), targets};
    MORTISE_TRY(check_shape(DType::kF64, shape));
    Tensor& y = context.output(0, DType::kF32, shape);
    return for_each_row(context, Features{}, forest, aggregate, static_cast<uint64_t>(targets),
                        [&](uint64_t row, std::span<double> scores) {
                          for (uint64_t i = 0; i < base.size(); ++i) scores[i] += base[i];
                          finish_scores(transform, scores);
                          store(scores, y, row);
                        });
  });
}

}  // namespace mortise::reference
