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

template <class Pfn>
PFN_vkVoidFunction replace(Replacement<Pfn>& replacement, Pfn by, PFN_vkVoidFunction real) {
  replacement.real = reinterpret_cast<Pfn>(real);
  return reinterpret_cast<PFN_vkVoidFunction>(by);
}

PFN_vkVoidFunction faulty(const std::string& name, PFN_vkVoidFunction real) {
  if (name == "vkGetPhysicalDeviceFeatures2") return replace(features, get_features, real);
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
