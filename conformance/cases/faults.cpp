// The faults suite: the list of its cases, faults.inc, as part of the catalogue.
#include "conformance/engine/rig.h"
#include "conformance/engine/suites.h"

namespace mortise::conformance {

namespace faults {
#define MORTISE_CASE(function, name, requirements, description) Verdict function(Rig& rig);
#include "conformance/cases/faults.inc"
#undef MORTISE_CASE
}  // namespace faults

void add_faults_cases(const Settings&, std::vector<Case>& cases) {
#define MORTISE_CASE(function, case_name, requirements, text) \
  cases.push_back({.name = case_name,                         \
                   .suite = {},                               \
                   .requirement = requirements,               \
                   .description = text,                       \
                   .at = {},                                  \
                   .run = faults::function});
#include "conformance/cases/faults.inc"
#undef MORTISE_CASE
}

}  // namespace mortise::conformance
