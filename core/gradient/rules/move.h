// Derivatives of operators that only move elements: each goes back to the position it came from.
#pragma once

#include "core/emit/terms.h"
#include "core/gradient/sweep.h"

namespace mortise::gradient {

// The rule of operators that do nothing else to their first input.
Status differentiate_move(Derivation& d);

// The number of each element of `t` in row-major order, in its shape.
Term positions_of(Term t);
// A tensor like `like` of zeros, to whose elements of these numbers the values are added.
Term scatter_to(Term like, Term positions, Term values);
// The same where position 0 is none of them and the others count from 1.
Term scatter_behind_first(Term like, Term positions, Term values);

}  // namespace mortise::gradient
