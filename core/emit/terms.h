// Arithmetic of Terms, and the few idioms of shapes that derivatives and expansions share.
//
// Shapes are computed by nodes, so that all of it holds for shapes that only the run knows; where inference knows them,
// constant folding removes the computation.
#pragma once

#include <initializer_list>

#include "core/emit/emitter.h"

namespace mortise::emit {

// The first result of a new node; `inputs` has at least one Term that is not empty.
Term op(std::string_view op_type, std::initializer_list<Term> inputs, std::initializer_list<Setting> settings = {});

inline Term operator+(Term a, Term b) { return op("Add", {a, b}); }
inline Term operator-(Term a, Term b) { return op("Sub", {a, b}); }
inline Term operator*(Term a, Term b) { return op("Mul", {a, b}); }
inline Term operator/(Term a, Term b) { return op("Div", {a, b}); }
inline Term operator-(Term a) { return op("Neg", {a}); }

// A scalar of the element type of `like`.
Term number(double value, Term like);
inline Term operator+(double a, Term b) { return number(a, b) + b; }
inline Term operator-(double a, Term b) { return number(a, b) - b; }
inline Term operator*(double a, Term b) { return number(a, b) * b; }
inline Term operator/(double a, Term b) { return number(a, b) / b; }
inline Term operator+(Term a, double b) { return a + number(b, a); }
inline Term operator-(Term a, double b) { return a - number(b, a); }

inline Term greater(Term a, Term b) { return op("Greater", {a, b}); }
inline Term less(Term a, Term b) { return op("Less", {a, b}); }
inline Term equal(Term a, Term b) { return op("Equal", {a, b}); }
inline Term where(Term condition, Term a, Term b) { return op("Where", {condition, a, b}); }
// t where the condition holds, 0 elsewhere.
inline Term only_where(Term condition, Term t) { return where(condition, t, number(0, t)); }
Term cast(Term t, DType dtype);

// Vectors and scalars of int64.
Term ints(Emitter& emitter, std::vector<int64_t> values);
Term shape_of(Term t);
Term concat_ints(std::initializer_list<Term> vectors);
// Elements [begin, end) of a vector.
Term part_of(Term vector, int64_t begin, int64_t end);

Term reshape(Term t, Term shape);
Term reshape_like(Term t, Term like);
Term flat(Term t);
Term expand(Term t, Term shape);
// A tensor of the shape and element type of `like`, filled with a number.
Term filled(double value, Term like);
Term transpose(Term t, std::vector<int64_t> perm);
Term unsqueeze(Term t, Term axes);
// Sums over axes, which stay with extent 1.
Term sum_over(Term t, Term axes);
Term mean_over(Term t, Term axes);

// The derivative of what was broadcast from `like` to the shape of `t`: the sum over what broadcasting repeated.
Term sum_to(Term t, Term like);

// How many axes a value has; an error where inference does not know it.
Result<int64_t> rank_of(Term t);
// The axes from `axis` to the last, where a negative one counts from the end.
Result<std::vector<int64_t>> axes_from(int64_t axis, Term t);
// first, first + 1, ... last - 1
std::vector<int64_t> range(int64_t first, int64_t last);

}  // namespace mortise::emit
