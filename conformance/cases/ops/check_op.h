// check_op(): what every case of the ops suite does with its model.
#pragma once

#include "conformance/cases/ops/variant.h"
#include "conformance/engine/rig.h"

namespace mortise::conformance::ops {

// Claims, compiles, runs twice with outputs poisoned differently, and compares with the oracle: see
// docs/design/conformance.md. A model whose results are all equal is made again from other data; if they stay equal, the
// case is MISTRUSTED.
Verdict check_op(Rig& rig, const Form& form, const Variant& variant);

}  // namespace mortise::conformance::ops
