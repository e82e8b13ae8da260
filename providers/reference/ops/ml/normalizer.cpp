// Normalizer: rows divided by their maximum, by the sum of their magnitudes (L1) or by their Euclidean length (L2).
//
// The text has the sum itself for L1, and a root that loses the sign for L2; ONNX's and other implementations agree on
// what is here. A row whose divisor is 0 stays.
#include <algorithm>
#include <cmath>

#include "providers/reference/ops/ml/rows.h"

namespace mortise::reference {
namespace {

enum class Norm { kMax, kL1, kL2 };

double divisor_of(Norm norm, std::span<const double> row) {
  if (norm == Norm::kMax) return row.empty() ? 0 : *std::max_element(row.begin(), row.end());
  double sum = 0;
  for (const double v : row) sum += norm == Norm::kL1 ? std::abs(v) : v * v;
  return norm == Norm::kL1 ? sum : std::sqrt(sum);
}

}  // namespace

Result<Kernel> make_normalizer(const NodeSpec& node) {
  const std::string_view name = node.get_string("norm", "MAX");
  if (name != "MAX" && name != "L1" && name != "L2") {
    return invalid_argument("attribute 'norm' is '", name, "'; it must be one of MAX, L1, L2");
  }
  const Norm norm = name == "MAX" ? Norm::kMax : name == "L1" ? Norm::kL1 : Norm::kL2;
  return Kernel([norm](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    MORTISE_ASSIGN(const Rows rows, rows_of(x));
    const std::span<const double> in = read_doubles(context, x);
    float* const y = context.output(0, DType::kF32, x.shape()).data<float>();
    const auto grain = grain_for(static_cast<int64_t>(4 * rows.features));
    context.parallel_for(rows.count, grain, [&](uint64_t begin, uint64_t end) {
      for (uint64_t r = begin; r < end; ++r) {
        const auto row = in.subspan(r * rows.features, rows.features);
        const double divisor = divisor_of(norm, row);
        for (uint64_t i = 0; i < rows.features; ++i) {
          y[r * rows.features + i] = static_cast<float>(divisor == 0 ? row[i] : row[i] / divisor);
        }
      }
    });
    return {};
  });
}

}  // namespace mortise::reference
