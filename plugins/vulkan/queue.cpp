// SPDX-License-Identifier: Apache-2.0
//
// See queue.h.
#include "queue.h"

#include <future>

namespace mortise::vulkan {

Queue::Queue(Device& device) : device_(device), thread_([this] { work(); }) {}

Queue::~Queue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  for (const VkFence fence : idle_fences_) device_.vk().DestroyFence(device_.handle(), fence, nullptr);
}

Result<VkFence> Queue::take_fence() {
  VkFence fence = VK_NULL_HANDLE;
  if (idle_fences_.empty()) {
    const VkFenceCreateInfo info{.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO, .pNext = nullptr, .flags = 0};
    MORTISE_TRY(device_.check(device_.vk().CreateFence(device_.handle(), &info, nullptr, &fence), "CreateFence"));
    return fence;
  }
  fence = idle_fences_.back();
  idle_fences_.pop_back();
  return fence;
}

Status Queue::submit(VkCommandBuffer commands, std::function<void(const Status&)> done) {
  MORTISE_TRY(device_.alive());
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= kLength) {
      return make_error(StatusCode::kResourceExhausted, "Vulkan: ", kLength, " runs are under way; wait for one to end")
          .as_transient();
    }
    MORTISE_ASSIGN(const VkFence fence, take_fence());
    const VkSubmitInfo info{.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                            .pNext = nullptr,
                            .waitSemaphoreCount = 0,
                            .pWaitSemaphores = nullptr,
                            .pWaitDstStageMask = nullptr,
                            .commandBufferCount = 1,
                            .pCommandBuffers = &commands,
                            .signalSemaphoreCount = 0,
                            .pSignalSemaphores = nullptr};
    Status status = device_.check(device_.vk().QueueSubmit(device_.queue(), 1, &info, fence), "QueueSubmit");
    if (!status.ok()) {
      idle_fences_.push_back(fence);
      return status;
    }
    jobs_.push_back({fence, std::move(done)});
  }
  changed_.notify_one();
  return {};
}

Status Queue::run(VkCommandBuffer commands) {
  // Shared, because the queue's thread may still be inside set_value() when the result arrives here.
  const auto end = std::make_shared<std::promise<Status>>();
  MORTISE_TRY(submit(commands, [end](const Status& status) { end->set_value(status); }));
  return end->get_future().get();
}

// Work on one queue begins in the order of its submission, so the oldest fence is the one to wait for. A job stays in
// the list until it has ended, so that the list's length counts what is under way.
void Queue::work() {
  for (std::unique_lock lock(mutex_);;) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const VkFence fence = jobs_.front().fence;
    lock.unlock();
    const Status status =
        device_.check(device_.vk().WaitForFences(device_.handle(), 1, &fence, VK_TRUE, UINT64_MAX), "WaitForFences");
    if (!status.ok()) {
      // Nobody knows what still runs: nothing more is begun, and what was begun ends before its memory is given back.
      device_.lose();
      device_.vk().DeviceWaitIdle(device_.handle());
    }
    const bool reusable = status.ok() && device_.vk().ResetFences(device_.handle(), 1, &fence) == VK_SUCCESS;
    if (!reusable) device_.vk().DestroyFence(device_.handle(), fence, nullptr);
    lock.lock();
    const auto done = std::move(jobs_.front().done);
    jobs_.pop_front();
    if (reusable) idle_fences_.push_back(fence);
    lock.unlock();
    done(status);
    lock.lock();
  }
}

}  // namespace mortise::vulkan
