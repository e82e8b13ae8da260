// ReduceSum and its kin, and the global pools, which reduce all spatial axes.
#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {
namespace {

bool is_global(Derivation& d) { return d.node().op_type.view().starts_with("Global"); }

// Empty where none are given: all are reduced then, or none where noop_with_empty_axes is set.
Term axes_of(Derivation& d) {
  if (is_global(d)) return ints(d.emitter(), range(2, d.x().dims() != nullptr ? std::ssize(*d.x().dims()) : 2));
  const auto axes = d.node().get_ints("axes");
  return axes.empty() ? d.x(1) : ints(d.emitter(), {axes.begin(), axes.end()});
}

// A value of the shape of the result, with the reduced axes back as extents of 1, so that it is broadcast against the
// input.
Term with_axes(Derivation& d, Term t) {
  if (d.node().get_int("keepdims", 1) != 0 || is_global(d)) return t;
  const Term axes = axes_of(d);
  return axes ? unsqueeze(t, axes) : t;
}

// The same elements reduced by another operator, with the reduced axes as extents of 1.
Term reduce(Derivation& d, std::string_view op_type, Term t) {
  return op(op_type, {t, axes_of(d)},
            {{"keepdims", 1},
             // A global pool of a matrix has no axes to reduce.
             {"noop_with_empty_axes", is_global(d) ? int64_t{1} : d.node().get_int("noop_with_empty_axes", 0)}});
}

Term sum(Derivation& d, Term t) { return reduce(d, "ReduceSum", t); }

Term dy(Derivation& d) { return with_axes(d, d.dy()); }
Term y(Derivation& d) { return with_axes(d, d.y()); }

}  // namespace

Status differentiate_reduce_sum(Derivation& d) {
  d.give(0, expand(dy(d), shape_of(d.x())));
  return {};
}

// float16 may not hold the number of elements.
Status differentiate_reduce_mean(Derivation& d) {
  const DType wide = d.x().dtype() == DType::kF64 ? DType::kF64 : DType::kF32;
  const Term share = cast(op("Size", {d.y()}), wide) / cast(op("Size", {d.x()}), wide);
  d.give(0, expand(dy(d) * cast(share, d.x().dtype()), shape_of(d.x())));
  return {};
}

// Max and min: equal extremes share the derivative.
Status differentiate_reduce_extreme(Derivation& d) {
  if (is_global(d)) MORTISE_TRY(rank_of(d.x()).status());
  const Term chosen = cast(equal(d.x(), y(d)), d.x().dtype());
  d.give(0, chosen * (dy(d) / sum(d, chosen)));
  return {};
}

// The product of all others: a quotient, which a factor of 0 has not. A single 0 takes the product of what is not 0; the
// others next to it, and all next to two of them, take 0. That is constant, so the derivative of the derivative holds
// where no factor is 0.
Status differentiate_reduce_prod(Derivation& d) {
  const Term x = d.x(), is_zero = equal(x, number(0, x));
  const Term factors = where(is_zero, number(1, x), x);
  const Term zeros = sum(d, cast(is_zero, x.dtype()));
  const Term is_only_zero = op("And", {is_zero, equal(zeros, number(1, x))});
  const Term is_free = op("Or", {equal(zeros, number(0, x)), is_only_zero});
  d.give(0, only_where(is_free, dy(d) * reduce(d, "ReduceProd", factors) / factors));
  return {};
}

Status differentiate_reduce_l1(Derivation& d) {
  d.give(0, dy(d) * op("Sign", {d.x()}));
  return {};
}

Status differentiate_reduce_l2(Derivation& d) {
  const Term norm = y(d);
  const Term is_zero = equal(norm, number(0, norm));
  d.give(0, d.x() * where(is_zero, number(0, norm), dy(d) / where(is_zero, number(1, norm), norm)));
  return {};
}

Status differentiate_reduce_log_sum(Derivation& d) {
  d.give(0, expand(dy(d) * op("Exp", {-y(d)}), shape_of(d.x())));
  return {};
}

Status differentiate_reduce_log_sum_exp(Derivation& d) {
  d.give(0, dy(d) * op("Exp", {d.x() - y(d)}));
  return {};
}

Status differentiate_reduce_sum_square(Derivation& d) {
  d.give(0, 2.0 * d.x() * dy(d));
  return {};
}

}  // namespace mortise::gradient
