// QLinearMatMul: a product of matrices of 8-bit integers or floats, less their zero points, scaled back to 8 bits.
// Parameters are one number or one for each row of A, column of B or of the output.
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
        for (uint64_t first = 0; first < plan.n; first += values.size()) {
          const uint64_t count = std::min<uint64_t>(values.size(), plan.n - first);
          for (uint64_t j = 0; j < count; ++j) {
            double sum = 0;  // exact for integers
            for (uint64_t p = 0; p < plan.k; ++p) {
              sum +=
                  (a_meanings[left[p]] - a_zero(i)) * (b_meanings[right[p * plan.n + first + j]] - b_zero(first + j));
            }
            values[j] = sum * (a_scale(i) * b_scale(first + j) / y_scale(i));
          }
          quantize(std::span(values).first(count), y_zero(i), type, y.data<uint8_t>() + row * plan.n + first);
        }
      }
    });
    return {};
  });
}

}  // namespace mortise::reference
