// SPDX-License-Identifier: Apache-2.0
//
// See queue.h.
#include "queue.h"

#include <algorithm>
#include <future>

namespace mortise::vulkan {

Queue::Queue(Device& device, const Options& options)
    : device_(device), timeout_(options.timeout_ms), thread_([this, shared = shared_] { work(*shared); }) {}

Queue::~Queue() {
  stop();
  for (const VkFence fence : idle_fences_) device_.vk().DestroyFence(device_.handle(), fence, nullptr);
}

void Queue::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
  }
  shared_->changed.notify_all();
  if (thread_.get_id() == std::this_thread::get_id()) return thread_.detach();
  thread_.join();
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

// Under the lock.
Status Queue::submit_part(const std::shared_ptr<Run>& run) {
  MORTISE_TRY(device_.alive());
  MORTISE_ASSIGN(const VkFence fence, take_fence());
  const VkSubmitInfo info{.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                          .pNext = nullptr,
                          .waitSemaphoreCount = 0,
                          .pWaitSemaphores = nullptr,
                          .pWaitDstStageMask = nullptr,
                          .commandBufferCount = 1,
                          .pCommandBuffers = run->waiting.data(),
                          .signalSemaphoreCount = 0,
                          .pSignalSemaphores = nullptr};
  Status status = device_.check(device_.vk().QueueSubmit(device_.queue(), 1, &info, fence), "QueueSubmit");
  if (!status.ok()) {
    idle_fences_.push_back(fence);
    return status;
  }
  run->waiting = run->waiting.subspan(1);
  ++run->under_way;
  shared_->jobs.push_back({fence, run});
  return {};
}

Status Queue::submit(std::span<const VkCommandBuffer> parts, std::function<void(const Status&)> done,
                     std::function<bool()> cancelled) {
  const auto run = std::make_shared<Run>(Run{parts, std::move(done), std::move(cancelled), 0, {}});
  {
    const std::lock_guard lock(shared_->mutex);
    MORTISE_TRY(device_.alive());
    if (shared_->jobs.size() >= kLength) {
      return make_error(StatusCode::kResourceExhausted, "Vulkan: ", kLength,
                        " parts of runs are under way; wait for a run to end")
          .as_transient();
    }
    MORTISE_TRY(submit_part(run));
    if (!run->waiting.empty()) run->status = submit_part(run);
  }
  shared_->changed.notify_one();
  return {};
}

Status Queue::run(VkCommandBuffer commands) {
  // Shared, because the queue's thread may still be inside set_value() when the result arrives here.
  const auto end = std::make_shared<std::promise<Status>>();
  MORTISE_TRY(submit(std::span(&commands, 1), [end](const Status& status) { end->set_value(status); }));
  return end->get_future().get();
}

// In slices, since a device may never signal.
Status Queue::wait(const Job& job) {
  constexpr std::chrono::nanoseconds kSlice = std::chrono::milliseconds(50);
  if (device_.hangs()) return device_.alive();
  auto end = std::chrono::steady_clock::now() + timeout_;
  for (bool cancelled = false;;) {
    const VkResult result = device_.vk().WaitForFences(device_.handle(), 1, &job.fence, VK_TRUE, kSlice.count());
    if (result != VK_TIMEOUT) return device_.check(result, "WaitForFences");
    const auto now = std::chrono::steady_clock::now();
    if (!cancelled && job.run->cancelled && job.run->cancelled()) {
      cancelled = true;
      end = std::min(end, now + timeout_ / 10);
    }
    if (now < end) continue;
    device_.give_up();
    const auto allowed = cancelled ? timeout_ / 10 : timeout_;
    return make_error(StatusCode::kDeviceLost, "Vulkan: '", device_.limits().name, "' did not end ",
                      cancelled ? "a cancelled run" : "a submission", " within ", allowed.count(), " ms",
                      cancelled ? ", a tenth of option 'timeout_ms'" : ", as option 'timeout_ms' asks",
                      "; open the provider again, with a larger 'timeout_ms' if the work takes that long");
  }
}

// Under the lock, when a part has ended with this status: another one follows it unless something speaks against it.
// Whether the run has ended.
bool Queue::end_part(const std::shared_ptr<Run>& run, Status status) {
  --run->under_way;
  if (run->status.ok()) run->status = std::move(status);
  if (run->status.ok() && !run->waiting.empty()) run->status = submit_part(run);
  return run->under_way == 0;
}

// Work on one queue begins in the order of its submission, so the oldest fence is the one to wait for. A job stays in
// the list until it has ended, so that the list's length counts what is under way.
void Queue::work(Shared& shared) {
  for (std::unique_lock lock(shared.mutex);;) {
    shared.changed.wait(lock, [&] { return shared.stopping || !shared.jobs.empty(); });
    if (shared.jobs.empty()) return;
    const Job job = shared.jobs.front();
    lock.unlock();
    Status status = wait(job);
    if (!status.ok() && !device_.hangs()) {
      // Nobody knows what still runs: nothing more is begun, and what was begun ends before its memory is given back.
      const std::lock_guard no_submission(shared.mutex);
      device_.lose();
      device_.vk().DeviceWaitIdle(device_.handle());
    }
    const bool reusable = status.ok() && device_.vk().ResetFences(device_.handle(), 1, &job.fence) == VK_SUCCESS;
    if (!reusable && !device_.hangs()) device_.vk().DestroyFence(device_.handle(), job.fence, nullptr);
    const bool cancelled = status.ok() && job.run->cancelled && job.run->cancelled();
    if (cancelled) status = Status(StatusCode::kCancelled, "Vulkan: the run was cancelled");
    lock.lock();
    if (reusable) idle_fences_.push_back(job.fence);
    shared.jobs.pop_front();
    const bool ended = end_part(job.run, std::move(status));
    lock.unlock();
    if (ended) job.run->done(job.run->status);
    lock.lock();
  }
}

}  // namespace mortise::vulkan
