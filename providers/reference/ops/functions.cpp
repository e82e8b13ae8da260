// Functions of the C++ library, computed in float for 16-bit types: Sqrt, Exp, Log, Erf, Sin … Atanh; and Reciprocal.
#include <cmath>

#include "providers/reference/ops/unary.h"

namespace mortise::reference {

Result<Kernel> make_sqrt(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::sqrt(x); });
}
Result<Kernel> make_exp(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::exp(x); });
}
Result<Kernel> make_log(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::log(x); });
}
// Of an integer too, rounded towards zero as a cast does.
Result<Kernel> make_erf(const NodeSpec&) {
  return unary<Numbers>([](auto x) { return std::erf(x); });
}
Result<Kernel> make_sin(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::sin(x); });
}
Result<Kernel> make_cos(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::cos(x); });
}
Result<Kernel> make_tan(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::tan(x); });
}
Result<Kernel> make_asin(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::asin(x); });
}
Result<Kernel> make_acos(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::acos(x); });
}
Result<Kernel> make_atan(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::atan(x); });
}
Result<Kernel> make_sinh(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::sinh(x); });
}
Result<Kernel> make_cosh(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::cosh(x); });
}
Result<Kernel> make_tanh(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::tanh(x); });
}
Result<Kernel> make_asinh(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::asinh(x); });
}
Result<Kernel> make_acosh(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::acosh(x); });
}
Result<Kernel> make_atanh(const NodeSpec&) {
  return unary<Floats>([](auto x) { return std::atanh(x); });
}
Result<Kernel> make_reciprocal(const NodeSpec&) {
  return unary<Floats>([](auto x) { return 1 / x; });
}

}  // namespace mortise::reference
