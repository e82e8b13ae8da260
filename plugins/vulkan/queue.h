// SPDX-License-Identifier: Apache-2.0
//
// Queue: submits command buffers and reports their completion from a thread of its own, which waits on fences so that
// none of the host's workers has to. That thread belongs to the opened device and computes nothing. Thread-safe.
//
// A device that does not signal within option 'timeout_ms' hangs: it counts as lost, and since nobody knows what it
// still uses, nothing is given back to it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "device.h"

namespace mortise::vulkan {

class Queue {
 public:
  // Submissions that may be under way at once.
  static constexpr size_t kLength = 64;

  Queue(Device& device, const Options& options);
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // `done` is called on the queue's thread once the commands have ended, unless this fails. It does not throw.
  // `cancelled` is asked now and then until then: if it says so, a tenth of the timeout is left.
  Status submit(VkCommandBuffer commands, std::function<void(const Status&)> done,
                std::function<bool()> cancelled = {});
  // Returns when the commands have ended.
  Status run(VkCommandBuffer commands);
  // Waits for what is under way and ends the thread. On that thread, inside a `done` that gave the last of the queue
  // away, there is nothing to wait for, and the thread ends when `done` returns.
  void stop();

 private:
  struct Job {
    VkFence fence;
    std::function<void(const Status&)> done;
    std::function<bool()> cancelled;
  };
  // What the thread may still look at when the queue is gone.
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Job> jobs;  // in the order of submission
    bool stopping = false;
  };
  Result<VkFence> take_fence();
  void work(Shared& shared);
  Status wait(const Job& job);

  Device& device_;
  const std::chrono::milliseconds timeout_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::vector<VkFence> idle_fences_;  // under shared_->mutex
  std::thread thread_;                // last: it uses all of the above
};

}  // namespace mortise::vulkan
