// SPDX-License-Identifier: Apache-2.0
//
// Queue: submits command buffers and reports their completion from a thread of its own, which waits on fences so that
// none of the host's workers has to. That thread belongs to the opened device and computes nothing. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "device.h"

namespace mortise::vulkan {

class Queue {
 public:
  // Submissions that may be under way at once.
  static constexpr size_t kLength = 64;

  explicit Queue(Device& device);
  // Waits for what is under way.
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // `done` is called on the queue's thread once the commands have ended, unless this fails. It does not throw.
  Status submit(VkCommandBuffer commands, std::function<void(const Status&)> done);
  // Returns when the commands have ended.
  Status run(VkCommandBuffer commands);

 private:
  struct Job {
    VkFence fence;
    std::function<void(const Status&)> done;
  };
  Result<VkFence> take_fence();
  void work();

  Device& device_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;  // in the order of submission
  std::vector<VkFence> idle_fences_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace mortise::vulkan
