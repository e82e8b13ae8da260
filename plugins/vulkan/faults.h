// SPDX-License-Identifier: Apache-2.0
//
// Faults: counts the runs of a provider and says in which of them the device is lost, as the option asks. The counter
// outlives the device, so that one that was lost and opened again works. Thread-safe.
#pragma once

#include <atomic>

#include "mortise/sdk/result.h"
#include "options.h"

namespace mortise::vulkan {

class Faults {
 public:
  explicit Faults(const Options& options) : options_(options) {}

  // To be called at the start of every run: what happens to it.
  Status next_run() {
    const uint64_t run = ++runs_;
    if (run != options_.device_lost_at) return {};
    return make_error(StatusCode::kDeviceLost, "Vulkan: the device was lost in run ", run,
                      ", as option 'device_lost_at' asks; open the provider again");
  }

 private:
  const Options& options_;
  std::atomic<uint64_t> runs_{0};
};

}  // namespace mortise::vulkan
