// Writing the page of a placement, for every subcommand that offers it.
#pragma once

#include <string>

#include "mortise/core/placement.h"

namespace mortise::tool {

// Ends the program with kFailed if the file cannot be written.
void write_report(const std::string& path, const Placement& placement);

}  // namespace mortise::tool
