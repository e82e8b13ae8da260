// SPDX-License-Identifier: Apache-2.0
//
// Queue: submits command buffers and reports their completion from a thread of its own, which waits on fences so that
// none of the host's workers has to. That thread belongs to the opened device and computes nothing. Thread-safe.
//
// Nothing stops what was submitted. So a run comes in parts, of which two are with the device at a time, so that it does
// not wait for the host between them; a run that is cancelled ends with those.
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
#include <span>
#include <thread>
#include <vector>

#include "device.h"

namespace mortise::vulkan {

class Queue {
 public:
  // Submissions that may be under way when another run begins.
  static constexpr size_t kLength = 64;

  Queue(Device& device, const Options& options);
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // `done` is called on the queue's thread once the last of the parts has ended, unless this fails; until then they stay
  // where they are. It does not throw. `cancelled` is asked after each part, and now and then in between: if it says so,
  // no other part begins, a tenth of the timeout is left, and the status is CANCELLED.
  Status submit(std::span<const VkCommandBuffer> parts, std::function<void(const Status&)> done,
                std::function<bool()> cancelled = {});
  // Returns when the commands have ended.
  Status run(VkCommandBuffer commands);
  // Waits for what is under way and ends the thread. On that thread, inside a `done` that gave the last of the queue
  // away, there is nothing to wait for, and the thread ends when `done` returns.
  void stop();

 private:
  struct Run {
    std::span<const VkCommandBuffer> waiting;  // parts
    std::function<void(const Status&)> done;
    std::function<bool()> cancelled;
    size_t under_way = 0;  // parts
    Status status;
  };
  // One part that was submitted.
  struct Job {
    VkFence fence;
    std::shared_ptr<Run> run;
  };
  // What the thread may still look at when the queue is gone.
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Job> jobs;  // in the order of submission
    bool stopping = false;
  };
  Result<VkFence> take_fence();
  Status submit_part(const std::shared_ptr<Run>& run);
  bool end_part(const std::shared_ptr<Run>& run, Status status);
  void work(Shared& shared);
  Status wait(const Job& job);

  Device& device_;
  const std::chrono::milliseconds timeout_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::vector<VkFence> idle_fences_;  // under shared_->mutex
  std::thread thread_;                // last: it uses all of the above
};

}  // namespace mortise::vulkan
