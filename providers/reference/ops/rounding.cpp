// Abs, Neg, Sign, Ceil, Floor, Round, IsNaN, IsInf.
#include <algorithm>
#include <cmath>

#include "providers/reference/ops/doubles.h"
#include "providers/reference/ops/unary.h"
#include "providers/reference/ops/wrapping.h"

namespace mortise::reference {
namespace {

// 8-bit floats are asked as the doubles that have their values.
template <class Op>
Kernel float_predicate(Op op) {
  return [op, wide = unary_predicate<Floats>(op)](KernelContext& context) -> Status {
    const Tensor& x = context.input(0);
    if (!contains(kFloat8, x.dtype())) return wide(context);
    const std::span<double> values = read_doubles(context, x);
    std::transform(values.begin(), values.end(), context.output(0, DType::kBool, x.shape()).data<bool>(), op);
    return {};
  };
}

}  // namespace

Result<Kernel> make_neg(const NodeSpec&) {
  return unary<SignedNumbers>([]<class T>(T x) -> T {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(Wrapping<T>(0) - static_cast<Wrapping<T>>(x));
    else
      return -x;
  });
}
Result<Kernel> make_abs(const NodeSpec&) {
  return unary<Numbers>([]<class T>(T x) -> T {
    if constexpr (std::is_floating_point_v<T>)
      return std::fabs(x);
    else if constexpr (std::is_signed_v<T>)
      return x < 0 ? static_cast<T>(Wrapping<T>(0) - static_cast<Wrapping<T>>(x)) : x;
    else
      return x;
  });
}
Result<Kernel> make_sign(const NodeSpec&) {
  return unary<Numbers>([]<class T>(T x) -> T { return x > 0 ? T{1} : x < 0 ? static_cast<T>(-1) : x; });
}
Result<Kernel> make_ceil(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::ceil(x); });
}
Result<Kernel> make_floor(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::floor(x); });
}
// Halves to even: the rounding mode that every program starts with.
Result<Kernel> make_round(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::nearbyint(x); });
}
Result<Kernel> make_is_nan(const NodeSpec&) {
  return float_predicate([](auto x) { return std::isnan(x); });
}
Result<Kernel> make_is_inf(const NodeSpec& node) {
  const bool negative = node.get_int("detect_negative", 1) != 0;
  const bool positive = node.get_int("detect_positive", 1) != 0;
  return float_predicate([=](auto x) { return std::isinf(x) && (x < 0 ? negative : positive); });
}

}  // namespace mortise::reference
