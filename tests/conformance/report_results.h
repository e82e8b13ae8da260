// Results as a large run makes them, for tests of reports.
#pragma once

#include "conformance/report/results.h"

namespace mortise::conformance {

// `count` cases of the suites abi, ops and perf with every outcome, accuracy, refusals, warnings, figures and artifacts.
Results synthetic_results(size_t count);

}  // namespace mortise::conformance
