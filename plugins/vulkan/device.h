// SPDX-License-Identifier: Apache-2.0
//
// Device: the logical device, its limits, and whether it is still there. Thread-safe.
#pragma once

#include <atomic>

#include "instance.h"

namespace mortise::vulkan {

// What the device can do, as it says itself.
struct Limits {
  std::string name;
  std::string driver_key;  // names the files of the pipeline cache
  bool is_cpu = false;
  bool is_discrete = false;
  uint64_t buffer_range = 0;       // bytes that a shader sees of a buffer
  uint64_t allocation_size = 0;    // bytes of one allocation
  uint64_t buffer_alignment = 64;  // of what is bound to a shader
  uint32_t groups = 0;             // of a dispatch along one axis
  double timestamp_ns = 0;         // of one tick; 0 where the queue has no timestamps
  uint32_t timestamp_bits = 0;
};

class Device {
 public:
  // The storage buffers that a shader of ours has at most.
  static constexpr uint32_t kBindings = 8;

  static Result<std::unique_ptr<Device>> open(const Options& options, const sdk::Host& host);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  const Functions& vk() const { return instance_->vk(); }
  VkDevice handle() const { return handle_; }
  VkPhysicalDevice physical() const { return physical_; }
  VkQueue queue() const { return queue_; }
  uint32_t queue_family() const { return queue_family_; }
  const Limits& limits() const { return limits_; }

  // DEVICE_LOST once the device is lost.
  Status alive() const;
  void lose() { lost_ = true; }
  // The device is lost, and may use for ever what it was given: nothing is released or destroyed any more.
  void give_up() { hangs_ = lost_ = true; }
  bool hangs() const { return hangs_; }
  // As check(), and remembers a loss.
  Status check(VkResult result, const char* call);

 private:
  explicit Device(std::unique_ptr<Instance> instance) : instance_(std::move(instance)) {}
  Status read_limits();
  Status create(const Options& options);

  std::unique_ptr<Instance> instance_;
  VkPhysicalDevice physical_ = VK_NULL_HANDLE;
  VkDevice handle_ = VK_NULL_HANDLE;
  VkQueue queue_ = VK_NULL_HANDLE;
  uint32_t queue_family_ = 0;
  Limits limits_;
  std::atomic<bool> lost_{false}, hangs_{false};
};

}  // namespace mortise::vulkan
