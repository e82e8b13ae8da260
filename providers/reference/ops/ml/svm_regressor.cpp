// SVMRegressor: rho and the kernel's values with the support vectors, weighted; without vectors the coefficients are a
// linear model. A one-class machine says 1 (within) or -1.
#include "providers/reference/ops/ml/post_transform.h"
#include "providers/reference/ops/ml/rows.h"
#include "providers/reference/ops/ml/svm.h"

namespace mortise::reference {

Result<Kernel> make_svm_regressor(const NodeSpec& node) {
  MORTISE_ASSIGN(const PostTransform transform, post_transform_of(node));
  MORTISE_ASSIGN(SvmKernel kernel, SvmKernel::read(node));
  const int64_t supports = node.get_int("n_supports", 0);
  if (supports < 0) return invalid_argument("attribute 'n_supports' is ", supports, "; it must be at least 0");
  const auto rho = node.get_floats("rho");
  if (rho.size() != 1) return invalid_argument("attribute 'rho' has ", rho.size(), " entries; it must have 1");
  const auto given = node.get_floats("coefficients");
  SvmVectors vectors;
  std::vector<float> weights;
  if (supports > 0) {
    MORTISE_ASSIGN(vectors, SvmVectors::read(node, "support_vectors", static_cast<uint64_t>(supports)));
    weights.assign(given.begin(), given.end());
    if (weights.size() != vectors.count) {
      return invalid_argument("attribute 'coefficients' has ", weights.size(), " entries for ", vectors.count,
                              " support vectors");
    }
  } else {
    kernel = SvmKernel::linear();
    MORTISE_ASSIGN(vectors, SvmVectors::read(node, "coefficients", 1));
    weights = {1};
  }
  return Kernel([=, vectors = std::move(vectors), rho = static_cast<double>(rho[0]),
                 one_class = node.get_int("one_class", 0) != 0](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const Rows rows, rows_of(x));
    MORTISE_TRY(vectors.check(x, rows.features));
    const std::span<const double> in = read_doubles(context, x);
    float* const y = context.output(0, DType::kF32, {static_cast<int64_t>(rows.count), 1}).data<float>();
    const auto grain = grain_for(static_cast<int64_t>(4 * vectors.values.size()));
    context.parallel_for(rows.count, grain, [&](uint64_t begin, uint64_t end) {
      for (uint64_t r = begin; r < end; ++r) {
        double score = rho;
        for (uint64_t i = 0; i < vectors.count; ++i) {
          score += weights[i] * kernel(in.subspan(r * rows.features, rows.features), vectors[i]);
        }
        if (one_class) {
          score = score > 0 ? 1 : -1;
        } else {
          finish_scores(transform, {&score, 1});
        }
        y[r] = static_cast<float>(score);
      }
    });
    return {};
  });
}

}  // namespace mortise::reference
