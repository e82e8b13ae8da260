// The functions that add the cases of each suite, from suites.inc.
#pragma once

#include <vector>

#include "conformance/engine/case.h"

namespace mortise::conformance {

#define MORTISE_SUITE(name, by_default, description) \
  void add_##name##_cases(const Settings& settings, std::vector<Case>& cases);
#include "conformance/engine/suites.inc"
#undef MORTISE_SUITE

}  // namespace mortise::conformance
