// SPDX-License-Identifier: Apache-2.0
//
// Compiler: a segment of the graph to a program for the chip: DMA in, one command per node, DMA out; constants
// converted to the chip's precision, intermediate buffers laid out in one arena by their lifetimes.
#pragma once

#include "mortise/sdk/provider.h"
#include "options.h"
#include "program.h"

namespace mortise::mock_npu {

Result<Program> compile_program(const sdk::CompileRequest& request, const Options& options);

}  // namespace mortise::mock_npu
