// The abi suite: the list of its cases, abi.inc, as part of the catalogue.
#include "conformance/engine/rig.h"
#include "conformance/engine/suites.h"

namespace mortise::conformance {

namespace abi {
#define MORTISE_CASE(function, name, requirements, process, description) Verdict function(Rig& rig);
#include "conformance/cases/abi.inc"
#undef MORTISE_CASE
}  // namespace abi

void add_abi_cases(const Settings&, std::vector<Case>& cases) {
  enum Process { kShared, kFresh };
#define MORTISE_CASE(function, case_name, requirements, process, text) \
  cases.push_back({.name = case_name,                                  \
                   .requirement = requirements,                        \
                   .description = text,                                \
                   .fresh = (process) == kFresh,                       \
                   .run = abi::function});
#include "conformance/cases/abi.inc"
#undef MORTISE_CASE
}

}  // namespace mortise::conformance
