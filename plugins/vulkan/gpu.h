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
  // What a device that hangs may still use is never given back.
  static Result<std::shared_ptr<Gpu>> open(std::unique_ptr<Device> device, const Options& options, Faults& faults,
                                           const sdk::Host& host);

  std::unique_ptr<Device> device;
  Faults& faults;
  Memory memory;
  Pipelines pipelines;
  Queue queue;
  Transfer transfer;

 private:
  Gpu(std::unique_ptr<Device> opened, const Options& options, Faults& run_faults, const sdk::Host& host)
      : device(std::move(opened)),
        faults(run_faults),
        memory(*device, options),
        pipelines(*device, options, host),
        queue(*device, options),
        transfer(*device, memory, queue) {}
};

}  // namespace mortise::vulkan
