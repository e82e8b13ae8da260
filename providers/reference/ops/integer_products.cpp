// ConvInteger, MatMulInteger: products of 8-bit integers, less their zero points, summed in int32 (which wraps).
#include "providers/reference/gemm.h"
#include "providers/reference/ops/conv.h"
#include "providers/reference/ops/matmul.h"

namespace mortise::reference {
namespace {

using Bytes = TypeList<uint8_t, int8_t>;

// Zero points as int32: none gives 0, one is for all, else one for each of `count` rows, columns or filters.
struct ZeroPoints {
  std::span<const int32_t> values;
  uint32_t difference(int32_t value, uint64_t i) const {
    return static_cast<uint32_t>(value - (values.empty() ? 0 : values[values.size() == 1 ? 0 : i]));
  }
};

Result<ZeroPoints> read_zero_points(KernelContext& context, uint64_t input, const Tensor& data, uint64_t count) {
  if (!context.has_input(input)) return ZeroPoints{};
  const Tensor& tensor = context.input(input);
  const auto size = static_cast<uint64_t>(tensor.num_elements());
  if (tensor.dtype() != data.dtype() || (size != 1 && size != count)) {
    return invalid_argument("a zero point ", to_string(tensor.dtype()), to_string(tensor.shape()), " does not fit ",
                            to_string(data.dtype()), to_string(data.shape()));
  }
  const auto values = context.scratch<int32_t>(size);
  MORTISE_TRY(dispatch(Bytes{}, tensor.dtype(), [&]<class T>() -> Status {
    std::copy(tensor.data<T>(), tensor.data<T>() + size, values.begin());
    return {};
  }));
  return ZeroPoints{values};
}

}  // namespace

Result<Kernel> make_matmul_integer(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const Tensor& a = context.input(0);
    const Tensor& b = context.input(1);
    MORTISE_ASSIGN(const MatMulPlan plan, plan_matmul(a.shape(), b.shape()));

    MORTISE_ASSIGN(const ZeroPoints a_zero, read_zero_points(context, 2, a, plan.m));
    MORTISE_ASSIGN(const ZeroPoints b_zero, read_zero_points(context, 3, b, plan.n));
    Tensor& y = context.output(0, DType::kI32, plan.output);
    return dispatch(Bytes{}, a.dtype(), [&]<class A>() -> Status {
      return dispatch(Bytes{}, b.dtype(), [&]<class B>() -> Status {
        gemm<uint32_t>(
            context, plan.batches, plan.m, plan.n, plan.k,
            [&](uint64_t batch, uint64_t i, uint64_t count, uint64_t p, uint64_t depth, uint32_t* panel) {
              std::fill_n(panel, depth * kPanelRows, 0u);
              const A* data = a.data<A>() + plan.a_offset(batch) + i * plan.k + p;
              for (uint64_t d = 0; d < depth; ++d) {
                for (uint64_t r = 0; r < count; ++r) {
                  panel[d * kPanelRows + r] = a_zero.difference(data[r * plan.k + d], i + r);
                }
              }
            },
            [&](uint64_t batch, uint64_t j, uint64_t count, uint64_t p, uint64_t depth, uint32_t* panel) {
              std::fill_n(panel, depth * kPanelColumns, 0u);
              const B* data = b.data<B>() + plan.b_offset(batch) + p * plan.n + j;
              for (uint64_t d = 0; d < depth; ++d) {
                for (uint64_t c = 0; c < count; ++c) {
                  panel[d * kPanelColumns + c] = b_zero.difference(data[d * plan.n + c], j + c);
                }
              }
            },
            [&](uint64_t batch, uint64_t i, uint64_t j, uint64_t count, const uint32_t* sums) {
              std::transform(sums, sums + count, y.data<int32_t>() + (batch * plan.m + i) * plan.n + j,
                             [](uint32_t sum) { return static_cast<int32_t>(sum); });
            });
        return {};
      });
    });
  });
}

Result<Kernel> make_conv_integer(const NodeSpec& node) {
  MORTISE_ASSIGN(const WindowAttributes attributes, read_window(node));
  return Kernel([attributes, groups = node.get_int("group", 1)](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& w = context.input(1);
    MORTISE_ASSIGN(const ConvPlan plan, plan_conv(attributes, groups, x.shape(), w.shape()));
    MORTISE_ASSIGN(const ZeroPoints x_zero, read_zero_points(context, 2, x, 1));
    MORTISE_ASSIGN(const ZeroPoints w_zero, read_zero_points(context, 3, w, plan.filters()));
    Tensor& y = context.output(0, DType::kI32, plan.output);
    return dispatch(Bytes{}, x.dtype(), [&]<class X>() -> Status {
      return dispatch(Bytes{}, w.dtype(), [&]<class W>() -> Status {
        convolve<uint32_t>(
            context, plan, x.data<X>(), w.data<W>(), y.data<int32_t>(),
            [&](X value) { return x_zero.difference(value, 0); },
            [&](W value, uint64_t filter) { return w_zero.difference(value, filter); },
            [](uint64_t, uint32_t sum) { return static_cast<int32_t>(sum); });
        return {};
      });
    });
  });
}

}  // namespace mortise::reference
