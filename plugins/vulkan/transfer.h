// SPDX-License-Identifier: Apache-2.0
//
// Transfer: copies between the host and device memory: directly where it is mapped, otherwise in pieces through a
// staging buffer. Complete when it returns. Thread-safe; copies through the staging buffer wait for one another.
#pragma once

#include "memory.h"
#include "queue.h"

namespace mortise::vulkan {

class Transfer {
 public:
  Transfer(Device& device, Memory& memory, Queue& queue) : device_(device), memory_(memory), queue_(queue) {}
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // target.size and source.size bytes.
  Status to_device(const Range& target, const void* source);
  Status to_host(void* target, const Range& source);

 private:
  Status prepare(uint64_t size);
  Status copy(const Range& from, const Range& to);

  Device& device_;
  Memory& memory_;
  Queue& queue_;
  std::mutex mutex_;
  Memory::Block staging_;
  VkCommandPool pool_ = VK_NULL_HANDLE;
  VkCommandBuffer commands_ = VK_NULL_HANDLE;
};

}  // namespace mortise::vulkan
