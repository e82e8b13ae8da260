// Activations of neural networks, each with the attributes that its version has. At a kink the slope is that of the
// side on which the operator's definition puts the kink.
#include <numbers>

#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {
namespace {

Term zero(Term like) { return number(0, like); }
Term exp_of(Term t) { return op("Exp", {t}); }
// Below 0 itself, so that what is not chosen does not overflow.
Term exp_below_zero(Term t) { return exp_of(op("Min", {t, zero(t)})); }

Status times(Derivation& d, Term slope) {
  d.give(0, d.dy() * slope);
  return {};
}

}  // namespace

Status differentiate_relu(Derivation& d) {
  d.give(0, only_where(greater(d.x(), zero(d.x())), d.dy()));
  return {};
}

Status differentiate_leaky_relu(Derivation& d) {
  const Term x = d.x();
  return times(d, where(less(x, zero(x)), number(d.real("alpha", 0.01), x), number(1, x)));
}

Status differentiate_p_relu(Derivation& d) {
  const Term below = less(d.x(), zero(d.x()));
  if (d.wants(0)) d.give(0, where(below, d.dy() * d.x(1), d.dy()));
  if (d.wants(1)) d.give_sum(1, only_where(below, d.dy() * d.x()));
  return {};
}

Status differentiate_thresholded_relu(Derivation& d) {
  d.give(0, only_where(greater(d.x(), number(d.real("alpha", 1), d.x())), d.dy()));
  return {};
}

Status differentiate_elu(Derivation& d) {
  const Term x = d.x();
  return times(d, where(less(x, zero(x)), d.real("alpha", 1) * exp_below_zero(x), number(1, x)));
}

Status differentiate_celu(Derivation& d) {
  const Term x = d.x();
  return times(d,
               where(less(x, zero(x)), exp_of(op("Min", {x, zero(x)}) / number(d.real("alpha", 1), x)), number(1, x)));
}

Status differentiate_selu(Derivation& d) {
  const Term x = d.x();
  const double alpha = d.real("alpha", 1.67326319217681884765625), gamma = d.real("gamma", 1.05070102214813232421875);
  return times(d, where(greater(x, zero(x)), number(gamma, x), (gamma * alpha) * exp_below_zero(x)));
}

Status differentiate_sigmoid(Derivation& d) { return times(d, d.y() * (1.0 - d.y())); }
Status differentiate_softplus(Derivation& d) { return times(d, op("Sigmoid", {d.x()})); }

Status differentiate_softsign(Derivation& d) {
  const Term divisor = 1.0 + op("Abs", {d.x()});
  d.give(0, d.dy() / (divisor * divisor));
  return {};
}

Status differentiate_hard_sigmoid(Derivation& d) {
  const Term x = d.x();
  const double alpha = d.real("alpha", 0.2f), beta = d.real("beta", 0.5);
  const Term line = alpha * x + beta;
  const Term between = op("And", {greater(line, zero(x)), less(line, number(1, x))});
  d.give(0, only_where(between, alpha * d.dy()));
  return {};
}

Status differentiate_shrink(Derivation& d) {
  d.give(0, only_where(greater(op("Abs", {d.x()}), number(d.real("lambd", 0.5), d.x())), d.dy()));
  return {};
}

Status differentiate_hard_swish(Derivation& d) {
  const Term x = d.x();
  const Term gate = op("HardSigmoid", {x}, {{"alpha", 1.0f / 6}, {"beta", 0.5f}});
  return d.through({x * gate});
}

Status differentiate_swish(Derivation& d) {
  const Term x = d.x();
  return d.through({x * op("Sigmoid", {d.real("alpha", 1) * x})});
}

Status differentiate_swi_glu(Derivation& d) {
  const Term gate = d.x(0);
  return d.through({gate * op("Sigmoid", {d.real("alpha", 1) * gate}) * d.x(1)});
}

Status differentiate_mish(Derivation& d) { return d.through({d.x() * op("Tanh", {op("Softplus", {d.x()})})}); }

Status differentiate_gelu(Derivation& d) {
  const Term x = d.x();
  if (d.node().get_string("approximate", "none") == "tanh") {
    const double scale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    return d.through({0.5 * x * (1.0 + op("Tanh", {scale * (x + 0.044715 * x * x * x)}))});
  }
  return d.through({0.5 * x * (1.0 + op("Erf", {x * number(1 / std::numbers::sqrt2, x)}))});
}

}  // namespace mortise::gradient
