// SPDX-License-Identifier: Apache-2.0
//
// Faults: counts the runs of a provider and says which of them fails, and how. The counter outlives the device, so that
// a device that was lost and opened again works. Thread-safe.
#pragma once

#include <atomic>

#include "mortise/sdk/result.h"
#include "options.h"

namespace mortise::mock_npu {

class Faults {
 public:
  explicit Faults(const Options& options) : options_(options) {}

  // To be called at the start of every run: what happens to it.
  Status next_run() {
    const uint64_t run = ++runs_;
    if (run == options_.device_lost_at) {
      return make_error(StatusCode::kDeviceLost, "mock NPU: the device was lost in run ", run,
                        "; open the provider again");
    }
    if (run == options_.transient_at) {
      return make_error(StatusCode::kUnavailable, "mock NPU: run ", run, " was disturbed; repeat it").as_transient();
    }
    if (run == options_.fail_run_at) {
      return make_error(StatusCode::kInternal, "mock NPU: run ", run, " failed, as option 'fail_run_at' asks");
    }
    return {};
  }

 private:
  const Options& options_;
  std::atomic<uint64_t> runs_{0};
};

}  // namespace mortise::mock_npu
