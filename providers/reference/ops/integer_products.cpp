// ConvInteger, MatMulInteger, QLinearConv: products of 8-bit integers, less their zero points, summed in int32 (which
// wraps); QLinearConv scales the sums back to 8 bits.
#include <cmath>
#include <limits>

#include "providers/reference/gemm.h"
#include "providers/reference/ops/conv.h"
#include "providers/reference/ops/matmul.h"
#include "providers/reference/ops/wording.h"

namespace mortise::reference {
namespace {

using Bytes = TypeList<uint8_t, int8_t>;

// Zero points as int32: none gives 0, one is for all, else one for each row, column or filter; of every matrix alike or
// of each its own.
struct ZeroPoints {
  std::span<const int32_t> values;
  bool per_matrix = false;
  uint32_t difference(int32_t value, uint64_t i) const {
    return static_cast<uint32_t>(value - (values.empty() ? 0 : values[values.size() == 1 ? 0 : i]));
  }
  // Those of a matrix with `count` rows or columns, whose own begin at `first`.
  ZeroPoints of_matrix(uint64_t first, uint64_t count) const {
    return per_matrix ? ZeroPoints{values.subspan(first, count)} : *this;
  }
};

// Beside one element, zero points have one of the shapes; those of more than one axis are for each matrix.
Result<ZeroPoints> read_zero_points(KernelContext& context, uint64_t input, std::string_view name, const Tensor& data,
                                    std::initializer_list<Shape> shapes) {
  if (!context.has_input(input)) return ZeroPoints{};
  const Tensor& tensor = context.input(input);
  const auto size = static_cast<uint64_t>(tensor.num_elements());
  const bool fits =
      (size == 1 && tensor.rank() <= 1) || std::find(shapes.begin(), shapes.end(), tensor.shape()) != shapes.end();
  if (tensor.dtype() != data.dtype() || !fits) {
    std::string allowed = "[], [1]";
    for (const Shape& shape : shapes) allowed.append(", ").append(to_string(shape));
    return invalid_argument(name, " is ", form_of(tensor), "; for ", form_of(data), " it must be ",
                            to_string(data.dtype()), " of one of the shapes ", allowed);
  }
  const auto values = context.scratch<int32_t>(size);
  MORTISE_TRY(dispatch(Bytes{}, tensor.dtype(), [&]<class T>() -> Status {
    std::copy(tensor.data<T>(), tensor.data<T>() + size, values.begin());
    return {};
  }));
  return ZeroPoints{values, tensor.rank() > 1};
}

}  // namespace

Result<Kernel> make_matmul_integer(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const Tensor& a = context.input(0);
    const Tensor& b = context.input(1);
    MORTISE_ASSIGN(const MatMulPlan plan, plan_matmul(a.shape(), b.shape()));
    // Zero points for each row of A and column of B lie like matrices of depth 1.
    MatMulPlan flat = plan;
    flat.k = 1;
    Shape a_rows = a.shape(), b_columns = b.shape();
    a_rows[a.rank() - 1] = 1;
    b_columns[b.rank() == 1 ? 0 : b.rank() - 2] = 1;
    MORTISE_ASSIGN(const ZeroPoints a_zero,
                   read_zero_points(context, 2, "a_zero_point", a, {Shape{static_cast<int64_t>(plan.m)}, a_rows}));
    MORTISE_ASSIGN(const ZeroPoints b_zero,
                   read_zero_points(context, 3, "b_zero_point", b, {Shape{static_cast<int64_t>(plan.n)}, b_columns}));
    Tensor& y = context.output(0, DType::kI32, plan.output);
    return dispatch(Bytes{}, a.dtype(), [&]<class A>() -> Status {
      return dispatch(Bytes{}, b.dtype(), [&]<class B>() -> Status {
        gemm<uint32_t>(
            context, plan.batches, plan.m, plan.n, plan.k,
            [&](uint64_t batch, uint64_t i, uint64_t count, uint64_t p, uint64_t depth, uint32_t* panel) {
              std::fill_n(panel, depth * kPanelRows, 0u);
              const A* data = a.data<A>() + plan.a_offset(batch) + i * plan.k + p;
              const ZeroPoints zero = a_zero.of_matrix(flat.a_offset(batch), plan.m);
              for (uint64_t d = 0; d < depth; ++d) {
                for (uint64_t r = 0; r < count; ++r) {
                  panel[d * kPanelRows + r] = zero.difference(data[r * plan.k + d], i + r);
                }
              }
            },
            [&](uint64_t batch, uint64_t j, uint64_t count, uint64_t p, uint64_t depth, uint32_t* panel) {
              std::fill_n(panel, depth * kPanelColumns, 0u);
              const B* data = b.data<B>() + plan.b_offset(batch) + p * plan.n + j;
              const ZeroPoints zero = b_zero.of_matrix(flat.b_offset(batch), plan.n);
              for (uint64_t d = 0; d < depth; ++d) {
                for (uint64_t c = 0; c < count; ++c) {
                  panel[d * kPanelColumns + c] = zero.difference(data[d * plan.n + c], j + c);
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
  MORTISE_ASSIGN(const WindowAttributes attributes, sdk::read_window(node));
  return Kernel([attributes, groups = node.get_int("group", 1)](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& w = context.input(1);
    MORTISE_ASSIGN(const ConvPlan plan, plan_conv(attributes, groups, x.shape(), w.shape()));
    const Shape filters{static_cast<int64_t>(plan.filters())};
    MORTISE_ASSIGN(const ZeroPoints x_zero, read_zero_points(context, 2, "x_zero_point", x, {}));
    MORTISE_ASSIGN(const ZeroPoints w_zero, read_zero_points(context, 3, "w_zero_point", w, {filters}));
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

Result<Kernel> make_qlinear_conv(const NodeSpec& node) {
  MORTISE_ASSIGN(const WindowAttributes attributes, sdk::read_window(node));
  return Kernel([attributes, groups = node.get_int("group", 1)](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    const Tensor& w = context.input(3);
    MORTISE_ASSIGN(const ConvPlan plan, plan_conv(attributes, groups, x.shape(), w.shape()));
    const Shape filters{static_cast<int64_t>(plan.filters())};
    MORTISE_ASSIGN(const ZeroPoints x_zero, read_zero_points(context, 2, "x_zero_point", x, {}));
    MORTISE_ASSIGN(const ZeroPoints w_zero, read_zero_points(context, 5, "w_zero_point", w, {filters}));
    const Tensor& zero = context.input(7);
    const auto scales = static_cast<uint64_t>(context.input(4).num_elements());
    for (const uint64_t i : {1, 4, 6}) {
      if (context.input(i).dtype() != DType::kF32) return unimplemented("scales other than float32 are not supported");
    }
    const bool biased = context.has_input(8);
    if (context.input(1).num_elements() != 1 || (scales != 1 && scales != plan.filters()) ||
        context.input(6).num_elements() != 1 || zero.num_elements() != 1 ||
        (biased && (context.input(8).dtype() != DType::kI32 ||
                    static_cast<uint64_t>(context.input(8).num_elements()) != plan.filters()))) {
      return invalid_argument("scales, zero points or bias do not fit ", plan.filters(), " filters");
    }
    const float* w_scale = context.input(4).data<float>();
    const float ratio = context.input(1).data<float>()[0] / context.input(6).data<float>()[0];
    const int32_t* bias = biased ? context.input(8).data<int32_t>() : nullptr;
    Tensor& y = context.output(0, zero.dtype(), plan.output);
    return dispatch(Bytes{}, x.dtype(), [&]<class X>() -> Status {
      return dispatch(Bytes{}, w.dtype(), [&]<class W>() -> Status {
        return dispatch(Bytes{}, zero.dtype(), [&]<class Y>() -> Status {
          const auto y_zero = static_cast<float>(zero.data<Y>()[0]);
          convolve<uint32_t>(
              context, plan, x.data<X>(), w.data<W>(), y.data<Y>(),
              [&](X value) { return x_zero.difference(value, 0); },
              [&](W value, uint64_t filter) { return w_zero.difference(value, filter); },
              [&](uint64_t filter, uint32_t sum) {
                if (bias != nullptr) sum += static_cast<uint32_t>(bias[filter]);
                const float scale = ratio * w_scale[scales == 1 ? 0 : filter];
                const float value = std::nearbyint(static_cast<float>(static_cast<int32_t>(sum)) * scale) + y_zero;
                const auto low = static_cast<float>(std::numeric_limits<Y>::lowest());
                const auto high = static_cast<float>(std::numeric_limits<Y>::max());
                return static_cast<Y>(value >= low ? std::min(value, high) : low);  // NaN becomes the lowest
              });
          return {};
        });
      });
    });
  });
}

}  // namespace mortise::reference
