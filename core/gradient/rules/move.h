// Derivatives of operators that only move elements: each goes back to the position it came from.
#pragma once

#include "core/gradient/sweep.h"
#include "core/gradient/terms.h"

namespace mortise::gradient {

// The number of each element of `t` in row-major order, in its shape.
Term positions_of(Term t);
// A tensor like `like` of zeros, to whose elements of these numbers the values are added.
Term scatter_to(Term like, Term positions, Term values);
// The same where position 0 is none of them and the others count from 1.
Term scatter_behind_first(Term like, Term positions, Term values);

}  // namespace mortise::gradient
