// SPDX-License-Identifier: Apache-2.0
//
// Engine: carries out one run of a program, command by command, on the device's thread: DMA from and to the tensors of
// the run, arithmetic in the device's memory, cancellation between commands, events for the host's profile.
#pragma once

#include "memory.h"
#include "mortise/sdk/provider.h"
#include "options.h"
#include "program.h"

namespace mortise::mock_npu {

// A program with its memory on the device.
struct Loaded {
  Program program;
  uint64_t weights = 0;  // device addresses
  uint64_t arena = 0;
};

struct EngineResult {
  Status status;
  double modelled_ns = 0;
};

EngineResult execute_run(const Loaded& loaded, Memory& memory, const sdk::RunArgs& args, const sdk::Host& host,
                         const Options& options);

}  // namespace mortise::mock_npu
