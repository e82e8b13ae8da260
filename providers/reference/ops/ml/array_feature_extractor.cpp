// ArrayFeatureExtractor: picks features, which are the last axis, by index. A list of features is one row.
#include "providers/reference/ops/axes.h"
#include "providers/reference/types.h"

namespace mortise::reference {

Result<Kernel> make_array_feature_extractor(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& y = context.input(1);
    if (x.rank() == 0) return invalid_argument("X must have at least one axis");
    if (y.dtype() != DType::kI64) return invalid_argument("Y must be int64, not ", to_string(y.dtype()));
    const int64_t features = x.shape().back();
    const auto indices = y.elements<int64_t>();
    for (const int64_t index : indices) {
      if (index >= 0 && index < features) continue;
      return invalid_argument("Y has the index ", index, "; X ", to_string(x.shape()), " has the features 0 to ",
                              features - 1);
    }
    Shape result = x.shape();
    if (result.rank() == 1) result.insert(0, 1);
    result[result.rank() - 1] = y.num_elements();
    MORTISE_TRY(check_shape(x.dtype(), result));
    return dispatch_size(x.dtype(), [&]<class T>() -> Status {
      T* out = context.output(0, x.dtype(), result).template data<T>();
      const T* row = x.data<T>();
      const int64_t rows = result.product(0, result.rank() - 1);
      for (int64_t r = 0; r < rows; ++r, row += features) {
        for (const int64_t index : indices) *out++ = row[index];
      }
      return {};
    });
  });
}

}  // namespace mortise::reference
