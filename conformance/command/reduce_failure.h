// reduce_failure(): a failure of the graphs suite as the smallest model that shows it, each try in a worker.
#pragma once

#include <filesystem>

#include "conformance/command/run_options.h"
#include "conformance/report/results.h"

namespace mortise::conformance {

// Leaves model, data and a README in the folder; a sentence about what became of the graph. verdict: of the case. Fails where
// no single run of the graph fails in the same way.
Result<std::string> reduce_failure(const RunOptions& options, const std::string& name, const Verdict& verdict,
                                   const std::filesystem::path& folder, double seconds);

// Runs the segments that failures left again, and takes those that pass alone from the verdicts: what a report links shows
// the failure.
void drop_passing_segments(const RunOptions& options, Results& results);

// The first failures among the results that can be reduced, each in a short time, each into its case's folder, which becomes
// the verdict's artifact. Notes say what became of them.
void reduce_failures(const RunOptions& options, Results& results);

}  // namespace mortise::conformance
