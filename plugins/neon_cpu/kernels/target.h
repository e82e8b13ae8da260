// SPDX-License-Identifier: Apache-2.0
//
// Target: the instruction set that the kernels run on. On x86-64 the best of SSE4, AVX2, AVX3 and AVX3_DL (Highway's
// names: AVX-512 without and with VNNI) that the processor has, chosen at the first call; on Arm64 always NEON.
#pragma once

#include <string>
#include <vector>

namespace mortise::neon {

// Whether this processor has what the weakest target needs. No other kernel may be called where it has not.
bool target_runs_here();
// "AVX3_DL", "NEON", …
const char* target_name();

// For tests and benches. Names of the targets, all and those that run here, best first; and the choice of one of them, or
// of the best with an empty name; false: it does not run here. Not while a kernel runs; what was packed before is of no use afterwards.
std::vector<std::string> compiled_targets();
std::vector<std::string> targets();
bool choose_target(const std::string& name);

}  // namespace mortise::neon
