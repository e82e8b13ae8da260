// SPDX-License-Identifier: Apache-2.0
//
// See gpu.h.
#include "gpu.h"

namespace mortise::vulkan {

Result<std::shared_ptr<Gpu>> Gpu::open(std::unique_ptr<Device> device, const Options& options, Faults& faults,
                                       const sdk::Host& host) {
  const std::shared_ptr<Gpu> gpu(new Gpu(std::move(device), options, faults, host), [](Gpu* last) {
    last->queue.stop();
    if (!last->device->hangs()) delete last;
  });
  MORTISE_TRY(gpu->memory.choose_types(options));
  return gpu;
}

}  // namespace mortise::vulkan
