// MatMul: the product of matrices as numpy.matmul defines it, with broadcast batch axes and vectors at either side.
#include <algorithm>

#include "providers/reference/gemm.h"
#include "providers/reference/ops/matmul.h"
#include "providers/reference/ops/wording.h"

namespace mortise::reference {

Result<MatMulPlan> plan_matmul(const Shape& a_shape, const Shape& b_shape) {
  if (a_shape.rank() == 0 || b_shape.rank() == 0) {
    return invalid_argument("A ", to_string(a_shape), " and B ", to_string(b_shape),
                            " cannot be multiplied: a scalar is no matrix");
  }
  Shape a = a_shape, b = b_shape;
  if (a_shape.rank() == 1) a.insert(0, 1);
  if (b_shape.rank() == 1) b.push_back(1);
  MatMulPlan plan;
  plan.m = static_cast<uint64_t>(a[a.rank() - 2]);
  plan.k = static_cast<uint64_t>(a.back());
  plan.n = static_cast<uint64_t>(b.back());
  const uint32_t rank = std::max(a.rank(), b.rank());
  if (a.back() != b[b.rank() - 2]) {
    return invalid_argument("A ", to_string(a_shape), " and B ", to_string(b_shape), " cannot be multiplied: rows of ",
                            a.back(), " and columns of ", b[b.rank() - 2]);
  }
  bool fits = true;
  // From the innermost batch axis outwards: each has an extent and a step (in matrices) in a and in b.
  Shape extents, a_steps, b_steps;
  int64_t a_step = 1, b_step = 1;
  for (uint32_t i = 3; i <= rank && fits; ++i) {
    const int64_t da = i <= a.rank() ? a[a.rank() - i] : 1;
    const int64_t db = i <= b.rank() ? b[b.rank() - i] : 1;
    fits = da == db || da == 1 || db == 1;
    extents.push_back(da == 1 ? db : da);
    a_steps.push_back(da == 1 ? 0 : a_step);
    b_steps.push_back(db == 1 ? 0 : b_step);
    a_step *= da;
    b_step *= db;
  }
  if (!fits) {
    return invalid_argument("the batches of A ", to_string(a_shape), " and B ", to_string(b_shape),
                            " cannot be broadcast together");
  }
  for (uint32_t i = extents.rank(); i-- > 0;) plan.output.push_back(extents[i]);
  if (a_shape.rank() > 1) plan.output.push_back(static_cast<int64_t>(plan.m));
  if (b_shape.rank() > 1) plan.output.push_back(static_cast<int64_t>(plan.n));
  const auto batches = checked_num_elements(extents);
  if (!batches || !checked_num_elements(plan.output)) {
    return invalid_argument("the product of A ", to_string(a_shape), " and B ", to_string(b_shape), " is too large");
  }
  plan.batches = static_cast<uint64_t>(*batches);
  plan.extents = extents;
  plan.a_steps = a_steps;
  plan.b_steps = b_steps;
  return plan;
}

Result<Kernel> make_matmul(const NodeSpec& node) {
  const bool f64 = node.accumulate_f64();
  return Kernel([f64](KernelContext& context) -> Status {
    const Tensor& a = context.input(0);
    const Tensor& b = context.input(1);
    MORTISE_TRY(check_same_type("A", a, "B", b));
    MORTISE_ASSIGN(const MatMulPlan plan, plan_matmul(a.shape(), b.shape()));
    Tensor& y = context.output(0, a.dtype(), plan.output);
    return dispatch(Numbers{}, a.dtype(), [&]<class T>() -> Status {
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status {
        const auto [batches, m, n, k] = plan.extents_of_gemm();
        gemm<Acc>(
            context, batches, m, n, k,
            [&, k = k](uint64_t batch, uint64_t i, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
              pack_panel<kPanelRows>(a.data<T>() + plan.a_offset(batch) + i * k + p, k, 1, count, depth, panel);
            },
            [&, n = n](uint64_t batch, uint64_t j, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
              pack_panel<kPanelColumns>(b.data<T>() + plan.b_offset(batch) + p * n + j, 1, n, count, depth, panel);
            },
            [&, m = m, n = n](uint64_t batch, uint64_t i, uint64_t j, uint64_t count, const Acc* sums) {
              std::transform(sums, sums + count, y.data<T>() + (batch * m + i) * n + j,
                             [](Acc sum) { return static_cast<T>(sum); });
            });
        return {};
      });
    });
  });
}

}  // namespace mortise::reference
