// SPDX-License-Identifier: Apache-2.0
//
// See device.h.
#include "device.h"

#include <algorithm>
#include <iomanip>

namespace mortise::vulkan {

Result<std::unique_ptr<Device>> Device::open(const Options& options, const sdk::Host& host) {
  MORTISE_ASSIGN(std::unique_ptr<Instance> instance, Instance::create(options, host));
  MORTISE_ASSIGN(const VkPhysicalDevice physical, instance->choose(options));
  std::unique_ptr<Device> device(new Device(std::move(instance)));
  device->physical_ = physical;
  MORTISE_TRY(device->read_limits());
  MORTISE_TRY(device->create(options));
  return device;
}

Status Device::read_limits() {
  VkPhysicalDeviceMaintenance3Properties sizes{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES,
                                               .pNext = nullptr};
  VkPhysicalDeviceProperties2 properties{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &sizes};
  vk().GetPhysicalDeviceProperties2(physical_, &properties);
  const VkPhysicalDeviceProperties& device = properties.properties;
  limits_.name = device.deviceName;
  limits_.is_cpu = device.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
  limits_.is_discrete = device.deviceType == VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
  limits_.buffer_range = device.limits.maxStorageBufferRange;
  limits_.allocation_size = sizes.maxMemoryAllocationSize;
  limits_.buffer_alignment = std::max<uint64_t>(64, device.limits.minStorageBufferOffsetAlignment);
  limits_.groups = std::min(device.limits.maxComputeWorkGroupCount[0], device.limits.maxComputeWorkGroupCount[1]);
  std::ostringstream key;
  key << std::hex << std::setfill('0') << device.vendorID << '-' << device.deviceID << '-' << device.driverVersion
      << '-';
  for (const uint8_t byte : device.pipelineCacheUUID) key << std::setw(2) << static_cast<uint32_t>(byte);
  limits_.driver_key = key.str();
  if (device.limits.maxPerStageDescriptorStorageBuffers < kBindings) {
    return make_error(StatusCode::kUnavailable, "Vulkan: '", limits_.name, "' gives a shader ",
                      device.limits.maxPerStageDescriptorStorageBuffers, " buffers; ", kBindings, " are needed");
  }

  uint32_t count = 0;
  vk().GetPhysicalDeviceQueueFamilyProperties(physical_, &count, nullptr);
  std::vector<VkQueueFamilyProperties> families(count);
  vk().GetPhysicalDeviceQueueFamilyProperties(physical_, &count, families.data());
  const auto found = std::find_if(families.begin(), families.end(), [](const VkQueueFamilyProperties& family) {
    return family.queueCount > 0 && (family.queueFlags & VK_QUEUE_COMPUTE_BIT) != 0;
  });
  if (found == families.end()) {
    return make_error(StatusCode::kUnavailable, "Vulkan: '", limits_.name, "' has no queue that computes");
  }
  queue_family_ = static_cast<uint32_t>(found - families.begin());
  limits_.timestamp_bits = found->timestampValidBits;
  if (found->timestampValidBits != 0) limits_.timestamp_ns = static_cast<double>(device.limits.timestampPeriod);
  return {};
}

Status Device::create(const Options& options) {
  VkPhysicalDevice16BitStorageFeatures halves{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES,
                                              .pNext = nullptr};
  if (options.storage == Storage::kFloat16) {
    VkPhysicalDeviceFeatures2 features{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &halves};
    vk().GetPhysicalDeviceFeatures2(physical_, &features);
    if (halves.storageBuffer16BitAccess == VK_FALSE) {
      return make_error(
          StatusCode::kUnavailable, "Vulkan: '", limits_.name,
          "' writes no elements of 16 bits (storageBuffer16BitAccess), which option 'storage' = 'float16' "
          "needs; leave it at 'float32'");
    }
    halves = {.sType = halves.sType, .pNext = nullptr, .storageBuffer16BitAccess = VK_TRUE};
  }
  const float priority = 1;
  const VkDeviceQueueCreateInfo queue{.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                      .pNext = nullptr,
                                      .flags = 0,
                                      .queueFamilyIndex = queue_family_,
                                      .queueCount = 1,
                                      .pQueuePriorities = &priority};
  const VkDeviceCreateInfo info{.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                .pNext = &halves,
                                .flags = 0,
                                .queueCreateInfoCount = 1,
                                .pQueueCreateInfos = &queue,
                                .enabledLayerCount = 0,
                                .ppEnabledLayerNames = nullptr,
                                .enabledExtensionCount = 0,
                                .ppEnabledExtensionNames = nullptr,
                                .pEnabledFeatures = nullptr};
  MORTISE_TRY(vulkan::check(vk().CreateDevice(physical_, &info, nullptr, &handle_), "CreateDevice"));
  instance_->loader().load(handle_);
  vk().GetDeviceQueue(handle_, queue_family_, 0, &queue_);
  return {};
}

Device::~Device() {
  if (handle_ != VK_NULL_HANDLE) vk().DestroyDevice(handle_, nullptr);
}

Status Device::alive() const {
  if (!lost_) return {};
  return Status(StatusCode::kDeviceLost, "Vulkan: the device is lost; close the provider and open it again");
}

Status Device::check(VkResult result, const char* call) {
  if (result == VK_ERROR_DEVICE_LOST) lose();
  return vulkan::check(result, call);
}

}  // namespace mortise::vulkan
