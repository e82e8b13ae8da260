// Slots: from compiled segments to a program: which values cross their borders, who writes and who reads them, for how
// long their memory is in use, which steps wait for which.
#pragma once

#include "core/run/program.h"

namespace mortise::run {

// Sets the slots, inputs, outputs, constants, successors and lifetimes of a program whose steps are given with the
// value ids of their inputs and outputs in place of slots (kNoId: left out). Linear.
void connect(Program& program);

// Sets the slots' homes; after connect(). What the application gives or takes has none: that memory is its own.
void find_homes(Program& program);

}  // namespace mortise::run
