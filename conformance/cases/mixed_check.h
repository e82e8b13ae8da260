// check_mixed(): runs a graph partly on the device and judges it against the oracle: what the cases of the graphs and
// vectors suites, and of models in folders, have in common.
#pragma once

#include <span>
#include <vector>

#include "conformance/engine/rig.h"
#include "conformance/host/mixed_run.h"
#include "tools/mortise/compare.h"

namespace mortise::conformance {

inline constexpr tool::Tolerance kExactly = {.rtol = 0, .atol = 0};

struct MixedTask {
  const Graph& graph;                    // with types
  std::vector<std::vector<Value>> runs;  // the inputs of each
  uint32_t percent = 100;                // of the nodes that the device may have
  tool::Tolerance tolerance = kExactly;
  bool save_segment = true;  // leave the segment that is wrong in the case's folder
};

// Every run twice, with different contents of the outputs before it, on the same sessions. UNCLAIMED if the device takes
// nothing, OVERCLAIM if it refuses what it claimed, FAIL if a result differs: then the segment that is wrong is named
// and left as a specimen.
Verdict check_mixed(Rig& rig, const MixedTask& task, Random random);

// A failure that is not the provider's, and whether a verdict is one.
Verdict suite_failed(const Status& status);
bool is_suite_failure(const Verdict& verdict);

// The parts of it, for cases that have their results from elsewhere. `mixed` has failed.
Verdict judge_fault(const MixedRun& mixed, const Status& status);
// PASS or UNCLAIMED, with who ran what.
Verdict judge_claims(const MixedRun& mixed, std::string_view what);

}  // namespace mortise::conformance
