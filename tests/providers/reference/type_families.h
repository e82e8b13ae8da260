// The families of models with which every type of every operator is tried: the ops suite's, and before them variants for
// inputs and types that the suite leaves out.
#pragma once

#include <string_view>

#include "conformance/cases/ops/variant.h"

namespace mortise::test {

// Null for an operator that the suite does not know.
const conformance::ops::Family* find_family(std::string_view domain, std::string_view op);

}  // namespace mortise::test
