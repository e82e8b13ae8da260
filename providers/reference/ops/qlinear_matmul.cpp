// QLinearMatMul: a product of 8-bit matrices, less their zero points, scaled back to 8 bits. Parameters are one number
// or one for each row of A, column of B or of the output.
#include <cmath>
#include <limits>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
#include "providers/reference/ops/matmul.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

using Bytes = TypeList<uint8_t, int8_t>;

// A scale or a zero point, one number or one per row or column.
struct Parameter {
  std::span<const double> values;
  double operator()(uint64_t i) const { return values[values.size() == 1 ? 0 : i]; }
};
Result<Parameter> read_parameter(KernelContext& context, uint64_t input, uint64_t count) {
  const Tensor& tensor = context.input(input);
  const auto size = static_cast<uint64_t>(tensor.num_elements());
  if ((size != 1 && size != count) || !is_convertible(tensor.dtype())) {
    return invalid_argument("input ", input, " ", to_string(tensor.shape()), " must be one number or ", count);
  }
  return Parameter{read_doubles(context, tensor)};
}

}  // namespace

Result<Kernel> make_qlinear_matmul(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const Tensor& a = context.input(0);
    const Tensor& b = context.input(3);
    MORTISE_ASSIGN(const MatMulPlan plan, plan_matmul(a.shape(), b.shape()));
    MORTISE_ASSIGN(const Parameter a_scale, read_parameter(context, 1, plan.m));
    MORTISE_ASSIGN(const Parameter a_zero, read_parameter(context, 2, plan.m));
    MORTISE_ASSIGN(const Parameter b_scale, read_parameter(context, 4, plan.n));
    MORTISE_ASSIGN(const Parameter b_zero, read_parameter(context, 5, plan.n));
    MORTISE_ASSIGN(const Parameter y_scale, read_parameter(context, 6, plan.m));
    MORTISE_ASSIGN(const Parameter y_zero, read_parameter(context, 7, plan.m));
    const DType type = context.input(7).dtype();
    Tensor& y = context.output(0, type, plan.output);
    const auto rows = plan.batches * plan.m;
    const auto cost = static_cast<int64_t>(std::min<uint64_t>(plan.n, 1 << 20) * std::min<uint64_t>(plan.k, 1 << 20));
    return dispatch(Bytes{}, a.dtype(), [&]<class A>() -> Status {
      return dispatch(Bytes{}, b.dtype(), [&]<class B>() -> Status {
        return dispatch(Bytes{}, type, [&]<class Y>() -> Status {
          context.parallel_for(rows, grain_for(cost), [&](uint64_t begin, uint64_t end) {
            for (uint64_t row = begin; row < end; ++row) {
              const uint64_t batch = row / plan.m, i = row % plan.m;
              const A* left = a.data<A>() + plan.a_offset(batch) + i * plan.k;
              const B* right = b.data<B>() + plan.b_offset(batch);
              for (uint64_t j = 0; j < plan.n; ++j) {
                double sum = 0;  // of integers, hence exact
                for (uint64_t p = 0; p < plan.k; ++p) {
                  sum += (static_cast<double>(left[p]) - a_zero(i)) *
                         (static_cast<double>(right[p * plan.n + j]) - b_zero(j));
                }
                const double value = std::nearbyint(sum * (a_scale(i) * b_scale(j) / y_scale(i))) + y_zero(i);
                const double low = std::numeric_limits<Y>::lowest(), high = std::numeric_limits<Y>::max();
                y.data<Y>()[row * plan.n + j] = static_cast<Y>(value >= low ? std::min(value, high) : low);
              }
            }
          });
          return {};
        });
      });
    });
  });
}

}  // namespace mortise::reference
