// The library of faulty_loader.h.
#include "tests/plugins/vulkan/faulty_loader.h"

#include <dlfcn.h>

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan_core.h>

#include <string>

namespace {

mortise::test::LoaderFaults faults;

// A function that stands before one of Vulkan, which it finds in `real`.
template <class Pfn>
struct Replacement {
  Pfn real = nullptr;
};

Replacement<PFN_vkGetPhysicalDeviceFeatures2> features;

VKAPI_ATTR void VKAPI_CALL get_features(VkPhysicalDevice device, VkPhysicalDeviceFeatures2* answer) {
  features.real(device, answer);
  for (auto* next = static_cast<VkBaseOutStructure*>(answer->pNext); next != nullptr; next = next->pNext) {
    if (next->sType != VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES) continue;
    if (faults.lacks_16bit_storage) {
      reinterpret_cast<VkPhysicalDevice16BitStorageFeatures*>(next)->storageBuffer16BitAccess = VK_FALSE;
    }
  }
}

// Odd types first, all of which look like the best there can be.
constexpr VkMemoryPropertyFlags kBest = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT | VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                                        VK_MEMORY_PROPERTY_HOST_COHERENT_BIT | VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
constexpr VkMemoryPropertyFlags kOdd[] = {kBest, kBest | VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT,
                                          kBest | VK_MEMORY_PROPERTY_PROTECTED_BIT};
constexpr uint32_t kNumOdd = 3;

Replacement<PFN_vkGetPhysicalDeviceMemoryProperties> memory_properties;

VKAPI_ATTR void VKAPI_CALL get_memory_properties(VkPhysicalDevice device, VkPhysicalDeviceMemoryProperties* answer) {
  memory_properties.real(device, answer);
  if (!faults.offers_odd_memory) return;
  answer->memoryTypes[kNumOdd] = answer->memoryTypes[0];
  for (uint32_t i = 0; i < kNumOdd; ++i) answer->memoryTypes[i] = {kOdd[i], 0};
  answer->memoryTypeCount = kNumOdd + 1;
}

Replacement<PFN_vkGetBufferMemoryRequirements> memory_requirements;

// Neither flag keeps a type out of the bits; the first odd type is kept out.
VKAPI_ATTR void VKAPI_CALL get_memory_requirements(VkDevice device, VkBuffer buffer, VkMemoryRequirements* answer) {
  memory_requirements.real(device, buffer, answer);
  if (faults.offers_odd_memory) answer->memoryTypeBits = 0b1110;
}

Replacement<PFN_vkAllocateMemory> memory;

VKAPI_ATTR VkResult VKAPI_CALL allocate_memory(VkDevice device, const VkMemoryAllocateInfo* info,
                                               const VkAllocationCallbacks* callbacks, VkDeviceMemory* made) {
  VkMemoryAllocateInfo real = *info;
  if (faults.offers_odd_memory) {
    if (info->memoryTypeIndex != kNumOdd) return VK_ERROR_OUT_OF_DEVICE_MEMORY;
    real.memoryTypeIndex = 0;
  }
  return memory.real(device, &real, callbacks, made);
}

Replacement<PFN_vkAllocateCommandBuffers> command_buffers;

VKAPI_ATTR VkResult VKAPI_CALL allocate_command_buffers(VkDevice device, const VkCommandBufferAllocateInfo* info,
                                                        VkCommandBuffer* made) {
  if (faults.command_buffers_to_fail > 0 && faults.command_buffers_to_fail-- > 0) return VK_ERROR_OUT_OF_HOST_MEMORY;
  return command_buffers.real(device, info, made);
}

Replacement<PFN_vkQueueSubmit> queue;

VKAPI_ATTR VkResult VKAPI_CALL submit(VkQueue to, uint32_t count, const VkSubmitInfo* infos, VkFence fence) {
  ++faults.submissions;
  return queue.real(to, count, infos, fence);
}

Replacement<PFN_vkWaitForFences> fences;

VKAPI_ATTR VkResult VKAPI_CALL wait_for_fences(VkDevice device, uint32_t count, const VkFence* waited, VkBool32 all,
                                               uint64_t timeout) {
  const VkResult result = fences.real(device, count, waited, all, timeout);
  ++faults.waits;
  return faults.never_signals ? VK_TIMEOUT : result;
}

Replacement<PFN_vkCreatePipelineCache> pipeline_cache;

VKAPI_ATTR VkResult VKAPI_CALL create_pipeline_cache(VkDevice device, const VkPipelineCacheCreateInfo* info,
                                                     const VkAllocationCallbacks* callbacks, VkPipelineCache* made) {
  faults.cache_data_size = info->initialDataSize;
  if (faults.refuses_cache_data && info->initialDataSize != 0) return VK_ERROR_OUT_OF_HOST_MEMORY;
  return pipeline_cache.real(device, info, callbacks, made);
}

Replacement<PFN_vkGetDeviceProcAddr> device_functions;

template <class Pfn>
PFN_vkVoidFunction replace(Replacement<Pfn>& replacement, Pfn by, PFN_vkVoidFunction real) {
  replacement.real = reinterpret_cast<Pfn>(real);
  return reinterpret_cast<PFN_vkVoidFunction>(by);
}

PFN_vkVoidFunction faulty(const std::string& name, PFN_vkVoidFunction real) {
  if (name == "vkGetPhysicalDeviceFeatures2") return replace(features, get_features, real);
  if (name == "vkGetPhysicalDeviceMemoryProperties") return replace(memory_properties, get_memory_properties, real);
  if (name == "vkGetBufferMemoryRequirements") return replace(memory_requirements, get_memory_requirements, real);
  if (name == "vkAllocateMemory") return replace(memory, allocate_memory, real);
  if (name == "vkAllocateCommandBuffers") return replace(command_buffers, allocate_command_buffers, real);
  if (name == "vkQueueSubmit") return replace(queue, submit, real);
  if (name == "vkWaitForFences") return replace(fences, wait_for_fences, real);
  if (name == "vkCreatePipelineCache") return replace(pipeline_cache, create_pipeline_cache, real);
  if (name == "vkGetDeviceProcAddr") {
    return replace<PFN_vkGetDeviceProcAddr>(
        device_functions,
        [](VkDevice device, const char* wanted) { return faulty(wanted, device_functions.real(device, wanted)); },
        real);
  }
  return real;
}

PFN_vkGetInstanceProcAddr system_loader() {
  static void* const library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
  static const auto get = reinterpret_cast<PFN_vkGetInstanceProcAddr>(dlsym(library, "vkGetInstanceProcAddr"));
  return get;
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) mortise::test::LoaderFaults* mortise_test_loader_faults() { return &faults; }

__attribute__((visibility("default"))) PFN_vkVoidFunction vkGetInstanceProcAddr(VkInstance instance, const char* name) {
  return faulty(name, system_loader()(instance, name));
}

}  // extern "C"
