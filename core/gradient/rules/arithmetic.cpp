// Add, Sub, Mul, Div, Mod, Neg, Pow, Sum, Mean: what was broadcast is summed up again.
#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {

Status differentiate_add(Derivation& d) {
  for (size_t i = 0; i < d.num_inputs(); ++i) d.give_sum(i, d.dy());
  return {};
}

Status differentiate_sub(Derivation& d) {
  d.give_sum(0, d.dy());
  if (d.wants(1)) d.give_sum(1, -d.dy());
  return {};
}

Status differentiate_mul(Derivation& d) {
  if (d.wants(0)) d.give_sum(0, d.dy() * d.x(1));
  if (d.wants(1)) d.give_sum(1, d.dy() * d.x(0));
  return {};
}

Status differentiate_div(Derivation& d) {
  const Term quotient = d.dy() / d.x(1);
  d.give_sum(0, quotient);
  if (d.wants(1)) d.give_sum(1, -(quotient * d.y()));
  return {};
}

Status differentiate_neg(Derivation& d) {
  d.give(0, -d.dy());
  return {};
}

// The exponent may have another element type. x^0 is 1 everywhere, and x^p of no x < 0 can be varied in p.
Status differentiate_pow(Derivation& d) {
  const Term x = d.x(), exponent = cast(d.x(1), x.dtype());
  if (d.wants(0)) {
    const Term slope = exponent * op("Pow", {x, exponent - 1});
    d.give_sum(0, d.dy() * where(equal(exponent, number(0, x)), number(0, x), slope));
  }
  if (d.wants(1)) {
    const Term slope = d.y() * op("Log", {where(greater(x, number(0, x)), x, number(1, x))});
    d.give_sum(1, cast(d.dy() * slope, d.x(1).dtype()));
  }
  return {};
}

// a - b * (a / b, rounded to an integer)
Status differentiate_mod(Derivation& d) {
  d.give_sum(0, d.dy());
  if (d.wants(1)) d.give_sum(1, -(d.dy() * ((d.x(0) - d.y()) / d.x(1))));
  return {};
}

Status differentiate_mean(Derivation& d) {
  const Term part = (1.0 / static_cast<double>(d.num_inputs())) * d.dy();
  for (size_t i = 0; i < d.num_inputs(); ++i) d.give_sum(i, part);
  return {};
}

}  // namespace mortise::gradient
