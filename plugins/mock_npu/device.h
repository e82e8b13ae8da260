// SPDX-License-Identifier: Apache-2.0
//
// Device: the simulated chip: its memory, a command queue, and one thread that *is* the chip. Runs are carried out one
// after the other in the order of their submission; completion is reported from that thread. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <thread>

#include "engine.h"
#include "faults.h"

namespace mortise::mock_npu {

class Device {
 public:
  static constexpr size_t kQueueLength = 64;

  Device(const Options& options, Faults& faults, const sdk::Host& host);
  // Finishes what is queued.
  ~Device();

  // `loaded` and what `args` points to stay valid until `done` was called. done is not called if this fails.
  Status submit(const Loaded& loaded, const sdk::RunArgs& args, std::function<void(const Status&)> done);

  Memory& memory() { return memory_; }
  // DEVICE_LOST once the device is lost.
  Status alive() const;

 private:
  struct Job {
    const Loaded* loaded;
    sdk::RunArgs args;
    std::function<void(const Status&)> done;
  };
  void work();
  Status run(const Job& job);
  Status take_time(const sdk::RunArgs& args, std::chrono::nanoseconds duration);

  const Options& options_;
  Faults& faults_;
  const sdk::Host& host_;
  Memory memory_;
  std::atomic<bool> lost_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace mortise::mock_npu
