// Gemm: alpha * A' * B' + beta * C, where C is broadcast to the product and may be missing (from version 11).
#include "providers/reference/gemm.h"

namespace mortise::reference {

Result<Kernel> make_gemm(const NodeSpec& node) {
  const bool f64 = node.accumulate_f64();
  const bool trans_a = node.get_int("transA", 0) != 0;
  const bool trans_b = node.get_int("transB", 0) != 0;
  const float alpha = node.get_float("alpha", 1.0f);
  const float beta = node.get_float("beta", 1.0f);
  return Kernel([=](KernelContext& context) -> Status {
    const Tensor& a = context.input(0);
    const Tensor& b = context.input(1);
    if (a.rank() != 2 || b.rank() != 2 || a.dtype() != b.dtype() || a.dim(trans_a ? 0 : 1) != b.dim(trans_b ? 1 : 0)) {
      return invalid_argument("A ", to_string(a.shape()), trans_a ? " (transposed)" : "", " and B ",
                              to_string(b.shape()), trans_b ? " (transposed)" : "",
                              " are no matrices that can be multiplied");
    }
    const auto m = static_cast<uint64_t>(a.dim(trans_a ? 1 : 0));
    const auto k = static_cast<uint64_t>(a.dim(trans_a ? 0 : 1));
    const auto n = static_cast<uint64_t>(b.dim(trans_b ? 0 : 1));
    uint64_t c_row = 0, c_column = 0;
    if (context.has_input(2)) {
      const Tensor& c = context.input(2);
      const auto columns = static_cast<uint64_t>(c.rank() > 0 ? c.shape().back() : 1);
      const auto rows = static_cast<uint64_t>(c.rank() > 1 ? c.dim(0) : 1);
      if (c.rank() > 2 || (columns != 1 && columns != n) || (rows != 1 && rows != m) || c.dtype() != a.dtype()) {
        return invalid_argument("C ", to_string(c.shape()), " cannot be broadcast to the product [", m, ", ", n, "]");
      }
      c_row = rows == 1 ? 0 : columns;
      c_column = columns == 1 ? 0 : 1;
    }
    Tensor& y = context.output(0, a.dtype(), Shape{static_cast<int64_t>(m), static_cast<int64_t>(n)});
    return dispatch(Numbers{}, a.dtype(), [&]<class T>() -> Status {
      return with_accumulator<T>(f64, [&]<class Acc>() -> Status {
        // Integers are scaled in double: alpha and beta need not be whole.
        using Scale = std::conditional_t<is_float<T>, Acc, double>;
        const T* c = context.has_input(2) ? context.input(2).data<T>() : nullptr;
        gemm<Acc>(
            context, 1, m, n, k,
            [&](uint64_t, uint64_t i, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
              const uint64_t row = trans_a ? 1 : k, column = trans_a ? m : 1;
              pack_panel<kPanelRows>(a.data<T>() + i * row + p * column, row, column, count, depth, panel);
            },
            [&](uint64_t, uint64_t j, uint64_t count, uint64_t p, uint64_t depth, Acc* panel) {
              const uint64_t row = trans_b ? 1 : n, column = trans_b ? k : 1;
              pack_panel<kPanelColumns>(b.data<T>() + p * row + j * column, column, row, count, depth, panel);
            },
            [&](uint64_t, uint64_t i, uint64_t j, uint64_t count, const Acc* sums) {
              T* out = y.data<T>() + i * n + j;
              const bool scaled = alpha != 1.0f || beta != 1.0f;
              for (uint64_t e = 0; e < count; ++e) {
                const T addend = c != nullptr ? c[i * c_row + (j + e) * c_column] : T{};
                if (!scaled) {
                  out[e] = static_cast<T>(sums[e] + static_cast<Acc>(addend));
                } else {
                  out[e] = static_cast<T>(
                      static_cast<Scale>(alpha) *
                          static_cast<Scale>(static_cast<std::conditional_t<is_float<T>, Acc, T>>(sums[e])) +
                      static_cast<Scale>(beta) * static_cast<Scale>(addend));
                }
              }
            });
        return {};
      });
    });
  });
}

}  // namespace mortise::reference
