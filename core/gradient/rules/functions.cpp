// Functions of one number: Abs, Reciprocal, Sqrt, Exp, Log, Erf, Sin ... Atanh.
#include <cmath>
#include <numbers>

#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {
namespace {

Status chain(Derivation& d, Term slope) {
  d.give(0, d.dy() * slope);
  return {};
}

Status over(Derivation& d, Term divisor) {
  d.give(0, d.dy() / divisor);
  return {};
}

Term square(Term t) { return t * t; }
Term root(Term t) { return op("Sqrt", {t}); }

}  // namespace

Status differentiate_abs(Derivation& d) { return chain(d, op("Sign", {d.x()})); }
Status differentiate_reciprocal(Derivation& d) { return chain(d, -square(d.y())); }
Status differentiate_sqrt(Derivation& d) { return over(d, 2.0 * d.y()); }
Status differentiate_exp(Derivation& d) { return chain(d, d.y()); }
Status differentiate_log(Derivation& d) { return over(d, d.x()); }
Status differentiate_erf(Derivation& d) {
  return chain(d, (2 * std::numbers::inv_sqrtpi) * op("Exp", {-square(d.x())}));
}
Status differentiate_sin(Derivation& d) { return chain(d, op("Cos", {d.x()})); }
Status differentiate_cos(Derivation& d) { return chain(d, -op("Sin", {d.x()})); }
Status differentiate_tan(Derivation& d) { return chain(d, 1.0 + square(d.y())); }
Status differentiate_asin(Derivation& d) { return over(d, root(1.0 - square(d.x()))); }
Status differentiate_acos(Derivation& d) { return over(d, -root(1.0 - square(d.x()))); }
Status differentiate_atan(Derivation& d) { return over(d, 1.0 + square(d.x())); }
Status differentiate_sinh(Derivation& d) { return chain(d, op("Cosh", {d.x()})); }
Status differentiate_cosh(Derivation& d) { return chain(d, op("Sinh", {d.x()})); }
Status differentiate_tanh(Derivation& d) { return chain(d, 1.0 - square(d.y())); }
Status differentiate_asinh(Derivation& d) { return over(d, root(square(d.x()) + 1.0)); }
Status differentiate_acosh(Derivation& d) { return over(d, root(square(d.x()) - 1.0)); }
Status differentiate_atanh(Derivation& d) { return over(d, 1.0 - square(d.x())); }

// Ceil, Floor, Round, Sign, Hardmax: constant but for their steps. EyeLike, RandomNormalLike, RandomUniformLike: see
// the shape alone.
Status differentiate_constant(Derivation&) { return {}; }

}  // namespace mortise::gradient
