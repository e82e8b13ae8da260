// Control flow: If, Loop, Scan and SequenceMap, run by the core with planned bodies, so that a provider can run the
// inside of a loop.
#pragma once

#include "core/run/executor.h"

namespace mortise::run {

// Runs a control-flow step; its inputs are in host memory.
Status run_control_flow(Frame& frame, uint32_t step, const RunControl& control);

}  // namespace mortise::run
