// QLinearMatMul: a product of matrices of 8-bit integers or floats, less their zero points, scaled back to 8 bits.
// Parameters are one number or one for each row of A, column of B or row of the output; of every matrix alike or of each
// its own.
#include <array>
#include <cmath>
#include <numeric>

#include "providers/reference/ops/axes.h"
#include "providers/reference/ops/doubles.h"
#include "providers/reference/ops/matmul.h"
#include "providers/reference/types.h"

namespace mortise::reference {
namespace {

// What the 256 codes of an 8-bit type stand for.
using Meanings = std::array<double, 256>;
Meanings meanings_of(DType dtype) {
  std::array<uint8_t, 256> codes;
  std::iota(codes.begin(), codes.end(), uint8_t{0});
  Meanings meanings;
  convert_elements(dtype, codes.data(), DType::kF64, meanings.data(), 0, codes.size());
  return meanings;
}

constexpr TypeSet kBytewise = set_of(TypeList<uint8_t, int8_t>{}) | kFloat8;

Status expect_bytes(const Tensor& tensor, std::string_view name) {
  if (contains(kBytewise, tensor.dtype())) return {};
  return unimplemented(name, " must be of 8 bits, not ", to_string(tensor.dtype()));
}

// Adds the zero point and rounds to the type. Integers are rounded before, halves to even, and saturate.
void quantize(std::span<double> values, double zero, DType dtype, void* to) {
  for (double& value : values) {
    if (!contains(kFloat8, dtype)) value = std::nearbyint(value);
    value += zero;
    if (dtype == DType::kU8) value = value >= 0 ? std::min(value, 255.0) : 0.0;
    if (dtype == DType::kI8) value = value >= -128 ? std::min(value, 127.0) : -128.0;
  }
  convert_elements(DType::kF64, values.data(), dtype, to, 0, values.size());
}

// A scale or a zero point, one number or one per row or column.
struct Parameter {
  std::span<const double> values;
  bool per_matrix = false;
  double operator()(uint64_t i) const { return values[values.size() == 1 ? 0 : i]; }
  // That of a matrix with `count` rows or columns, whose own numbers begin at `first`.
  Parameter of_matrix(uint64_t first, uint64_t count) const {
    return per_matrix ? Parameter{values.subspan(first, count)} : *this;
  }
};

// `each` is the shape of a parameter with a number for each of the `count` rows or columns of each matrix.
Result<Parameter> read_parameter(KernelContext& context, uint64_t input, std::string_view name, uint64_t count,
                                 const Shape& each) {
  const Tensor& tensor = context.input(input);
  if (!is_convertible(tensor.dtype())) return invalid_argument(name, " is ", form_of(tensor), ", not of numbers");
  const Shape& shape = tensor.shape();
  const Shape line{static_cast<int64_t>(count)};
  if (!(shape.rank() <= 1 && tensor.num_elements() == 1) && !(shape == line) && !(shape == each)) {
    return invalid_argument(name, " is ", form_of(tensor), "; it must have one of the shapes [], [1], ",
                            to_string(line), ", ", to_string(each));
  }
  return Parameter{read_doubles(context, tensor), shape.rank() > 1};
}

}  // namespace

Result<Kernel> make_qlinear_matmul(const NodeSpec&) {
  return Kernel([](KernelContext& context) -> Status {
    const Tensor& a = context.input(0);
    const Tensor& b = context.input(3);
    MORTISE_ASSIGN(const MatMulPlan plan, plan_matmul(a.shape(), b.shape()));
    // Numbers for each row of A and column of B lie like matrices of depth 1.
    MatMulPlan flat = plan;
    flat.k = 1;
    Shape a_rows = a.shape(), b_columns = b.shape(), y_rows = plan.output;
    a_rows[a.rank() - 1] = 1;
    b_columns[b.rank() == 1 ? 0 : b.rank() - 2] = 1;
    if (b.rank() > 1) y_rows[y_rows.rank() - 1] = 1;
    MORTISE_ASSIGN(const Parameter a_scales, read_parameter(context, 1, "a_scale", plan.m, a_rows));
    MORTISE_ASSIGN(const Parameter a_zeros, read_parameter(context, 2, "a_zero_point", plan.m, a_rows));
    MORTISE_ASSIGN(const Parameter b_scales, read_parameter(context, 4, "b_scale", plan.n, b_columns));
    MORTISE_ASSIGN(const Parameter b_zeros, read_parameter(context, 5, "b_zero_point", plan.n, b_columns));
    MORTISE_ASSIGN(const Parameter y_scales, read_parameter(context, 6, "y_scale", plan.m, y_rows));
    MORTISE_ASSIGN(const Parameter y_zeros, read_parameter(context, 7, "y_zero_point", plan.m, y_rows));
    const DType type = context.input(7).dtype();
    MORTISE_TRY(expect_bytes(a, "a"));
    MORTISE_TRY(expect_bytes(b, "b"));
    MORTISE_TRY(expect_bytes(context.input(7), "y_zero_point"));
    Tensor& y = context.output(0, type, plan.output);
    const Meanings a_meanings = meanings_of(a.dtype()), b_meanings = meanings_of(b.dtype());
    const auto rows = plan.batches * plan.m;
    const auto cost = static_cast<int64_t>(std::min<uint64_t>(plan.n, 1 << 20) * std::min<uint64_t>(plan.k, 1 << 20));
    context.parallel_for(rows, grain_for(cost), [&](uint64_t begin, uint64_t end) {
      std::array<double, 256> values;  // part of a row
      for (uint64_t row = begin; row < end; ++row) {
        const uint64_t batch = row / plan.m, i = row % plan.m;
        const uint8_t* left = a.data<uint8_t>() + plan.a_offset(batch) + i * plan.k;
        const uint8_t* right = b.data<uint8_t>() + plan.b_offset(batch);
        const uint64_t a_first = flat.a_offset(batch), b_first = flat.b_offset(batch), y_first = batch * plan.m;
        const double a_scale = a_scales.of_matrix(a_first, plan.m)(i), a_zero = a_zeros.of_matrix(a_first, plan.m)(i);
        const double y_scale = y_scales.of_matrix(y_first, plan.m)(i), y_zero = y_zeros.of_matrix(y_first, plan.m)(i);
        const Parameter b_scale = b_scales.of_matrix(b_first, plan.n), b_zero = b_zeros.of_matrix(b_first, plan.n);
        for (uint64_t first = 0; first < plan.n; first += values.size()) {
          const uint64_t count = std::min<uint64_t>(values.size(), plan.n - first);
          for (uint64_t j = 0; j < count; ++j) {
            double sum = 0;  // exact for integers
            for (uint64_t p = 0; p < plan.k; ++p) {
              sum += (a_meanings[left[p]] - a_zero) * (b_meanings[right[p * plan.n + first + j]] - b_zero(first + j));
            }
            values[j] = sum * (a_scale * b_scale(first + j) / y_scale);
          }
          quantize(std::span(values).first(count), y_zero, type, y.data<uint8_t>() + row * plan.n + first);
        }
      }
    });
    return {};
  });
}

}  // namespace mortise::reference
