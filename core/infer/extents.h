// Arithmetic of extents that may be unknown or have a name. Results saturate instead of overflowing; the engine rejects
// types of an absurd size, so no inference function needs to check for overflow.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>

#include "core/graph/type.h"
#include "mortise/sdk/result.h"

namespace mortise::infer {

int64_t saturating_add(int64_t a, int64_t b);
int64_t saturating_subtract(int64_t a, int64_t b);
int64_t saturating_multiply(int64_t a, int64_t b);

// A negative number is no extent, so it becomes unknown.
inline Dim to_extent(int64_t value) { return value >= 0 ? known_dim(value) : kUnknownDim; }

Dim multiply(const Dim& a, const Dim& b);
// Rounded down; unknown unless both are known and `divisor` is above 0.
Dim divide(const Dim& dim, const Dim& divisor);
Dim product(std::span<const Dim> dims);
// dim + amount, at least 0; unknown unless the amount is 0 or the extent known.
Dim add(const Dim& dim, int64_t amount);
Dim add(const Dim& a, const Dim& b);
// The extent that both have, where they differ unknown.
Dim common(const Dim& a, const Dim& b);
Type common(const Type& a, const Type& b);
// What both say; fails if they contradict one another. `b` wins where both name an extent.
Result<Type> merge(const Type& a, const Type& b);
// What is certain of a type whose shape may change: kind and element type.
Type without_shape(const Type& type);
// Certainly different extents.
inline bool differ(const Dim& a, const Dim& b) { return is_known(a) && is_known(b) && a.value != b.value; }
// Extents that must be the same: the one of which more is known.
inline const Dim& either(const Dim& a, const Dim& b) { return is_known(a) || a.symbol != nullptr ? a : b; }

}  // namespace mortise::infer
