// The trees of TreeEnsembleClassifier and TreeEnsembleRegressor: lists of tuples, which name a node by its tree and its
// number there. Also what both operators do with each row.
#pragma once

#include "providers/reference/ops/ml/forest.h"
#include "providers/reference/ops/ml/rows.h"

namespace mortise::reference {

struct VoteAttributes {
  std::string trees, nodes, targets, weights;  // names of attributes
  uint64_t num_targets;
};

Result<Forest> read_tree_tuples(const NodeSpec& node, const VoteAttributes& attributes);

// Fails if X is known to have too few features for the forest, before any run.
Status check_known_features(const NodeSpec& node, const Forest& forest);

// finish(row, scores) for each row with the scores of its targets, possibly on several threads at once.
template <class List, class Finish>
Status for_each_row(KernelContext& context, List types, const Forest& forest, Aggregate aggregate, uint64_t targets,
                    Finish&& finish) {
  const Tensor& x = context.input(0);
  MORTISE_ASSIGN(const Rows rows, rows_of(x, set_of(types)));
  MORTISE_TRY(forest.check_features(rows.features));
  const std::span<double> scores = context.scratch<double>(rows.count * targets);
  return dispatch(types, x.dtype(), [&]<class T>() -> Status {
    const auto grain = grain_for(8 * forest.cost() + static_cast<int64_t>(targets));
    context.parallel_for(rows.count, grain, [&](uint64_t begin, uint64_t end) {
      for (uint64_t r = begin; r < end; ++r) {
        const std::span<double> row = scores.subspan(r * targets, targets);
        forest.evaluate(x.data<T>() + r * rows.features, aggregate, row);
        finish(r, row);
      }
    });
    return {};
  });
}

}  // namespace mortise::reference
