// Det: determinants of square matrices, by elimination with pivoting.
#include <cmath>

#include "providers/reference/ops/axes.h"
#include "providers/reference/types.h"

namespace mortise::reference {

Result<Kernel> make_det(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    if (x.rank() < 2 || x.shape().back() != x.dim(x.rank() - 2)) {
      return invalid_argument("input must be square matrices, not ", to_string(x.shape()));
    }
    const int64_t n = x.shape().back();
    const Shape result(std::span<const int64_t>(x.shape()).first(x.rank() - 2));
    return dispatch(Floats{}, x.dtype(), [&]<class T>() -> Status {
      const std::span<T> y = context.output(0, x.dtype(), result).template elements<T>();
      const std::span<double> m = context.scratch<double>(static_cast<uint64_t>(n * n));
      const auto at = [&](int64_t row, int64_t column) -> double& {
        return m[static_cast<uint64_t>(row * n + column)];
      };
      for (uint64_t k = 0; k < y.size(); ++k) {
        const T* from = x.data<T>() + static_cast<int64_t>(k) * n * n;
        for (uint64_t i = 0; i < m.size(); ++i) m[i] = static_cast<double>(from[i]);
        double determinant = 1;
        for (int64_t c = 0; c < n && determinant != 0; ++c) {
          int64_t pivot = c;
          for (int64_t r = c + 1; r < n; ++r) {
            if (std::abs(at(r, c)) > std::abs(at(pivot, c))) pivot = r;
          }
          if (pivot != c) {
            for (int64_t i = c; i < n; ++i) std::swap(at(pivot, i), at(c, i));
            determinant = -determinant;
          }
          determinant *= at(c, c);
          if (at(c, c) == 0) break;
          for (int64_t r = c + 1; r < n; ++r) {
            const double factor = at(r, c) / at(c, c);
            for (int64_t i = c; i < n; ++i) at(r, i) -= factor * at(c, i);
          }
        }
        y[k] = static_cast<T>(determinant);
      }
      return {};
    });
  });
}

}  // namespace mortise::reference
