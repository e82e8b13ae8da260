// SPDX-License-Identifier: Apache-2.0
//
// Gpu: the opened device with everything that belongs to it. Sessions share it, so that it outlives them.
#pragma once

#include "faults.h"
#include "memory.h"
#include "pipelines.h"
#include "queue.h"
#include "transfer.h"

namespace mortise::vulkan {

struct Gpu {
  Gpu(std::unique_ptr<Device> opened, const Options& options, Faults& run_faults, const sdk::Host& host)
      : device(std::move(opened)),
        faults(run_faults),
        memory(*device, options),
        pipelines(*device, options, host),
        queue(*device),
        transfer(*device, memory, queue) {}

  std::unique_ptr<Device> device;
  Faults& faults;
  Memory memory;
  Pipelines pipelines;
  Queue queue;
  Transfer transfer;
};

}  // namespace mortise::vulkan
