// Makes a Placement from what build() decided. Pure; a body is described at the node that has it.
#pragma once

#include <string>

#include "core/run/build.h"
#include "mortise/core/placement.h"

namespace mortise::report {

// Providers that are not in use are the caller's to add.
Placement make_placement(const run::Built& built, std::string model);

}  // namespace mortise::report
