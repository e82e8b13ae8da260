// SPDX-License-Identifier: Apache-2.0
//
// Compiler: a segment of the graph to a Program: every node lowered, passes run, weights packed.
#pragma once

#include "mortise/sdk/provider.h"
#include "options.h"
#include "program.h"

namespace mortise::neon {

// host outlives the program, whose packed weights it lends the memory for.
Result<Program> compile_program(const sdk::CompileRequest& request, const sdk::Host& host, const Options& options);

}  // namespace mortise::neon
