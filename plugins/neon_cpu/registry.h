// SPDX-License-Identifier: Apache-2.0
//
// Registry: the operators of this provider, from ops.inc.
#pragma once

#include "lower.h"

namespace mortise::neon {

// Above every since-version: a later version of these operators is expected to add what is refused by itself (types,
// attributes), not to change what is there.
inline constexpr int32_t kNewest = 1'000'000;

using LowerFunction = Lowered (*)(NodeReader& node);

// The lower function of the node's operator at its version; throws a Refusal if there is none.
LowerFunction find_operator(const NodeReader& node);

}  // namespace mortise::neon
