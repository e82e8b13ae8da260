// SPDX-License-Identifier: Apache-2.0
//
// See loader.h.
#include "loader.h"

#include <dlfcn.h>

#include <utility>

namespace mortise::vulkan {

Result<Loader> Loader::open(const std::string& library) {
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* fault = dlerror();
    return make_error(StatusCode::kUnavailable, "Vulkan: there is no Vulkan loader on this machine (",
                      fault != nullptr ? fault : library, "); install libvulkan1 and the driver of the device");
  }
  Loader loader(handle);
  loader.get_ = reinterpret_cast<PFN_vkGetInstanceProcAddr>(dlsym(handle, "vkGetInstanceProcAddr"));
  if (loader.get_ == nullptr) {
    return make_error(StatusCode::kUnavailable, "Vulkan: ", library,
                      " is no Vulkan loader: it lacks vkGetInstanceProcAddr");
  }
  // The loader of Vulkan 1.0 lacks EnumerateInstanceVersion.
#define MORTISE_VK_GLOBAL(name) \
  loader.functions_.name = reinterpret_cast<PFN_vk##name>(loader.get_(nullptr, "vk" #name));
#define MORTISE_VK_INSTANCE(name)
#define MORTISE_VK_DEVICE(name)
#include "functions.inc"
#undef MORTISE_VK_GLOBAL
#undef MORTISE_VK_INSTANCE
#undef MORTISE_VK_DEVICE
  return loader;
}

Loader::Loader(Loader&& other) noexcept
    : library_(std::exchange(other.library_, nullptr)), get_(other.get_), functions_(other.functions_) {}

Loader::~Loader() {
  if (library_ != nullptr) dlclose(library_);
}

void Loader::load(VkInstance instance) {
#define MORTISE_VK_GLOBAL(name)
#define MORTISE_VK_INSTANCE(name) functions_.name = reinterpret_cast<PFN_vk##name>(get_(instance, "vk" #name));
#define MORTISE_VK_DEVICE(name)
#include "functions.inc"
#undef MORTISE_VK_GLOBAL
#undef MORTISE_VK_INSTANCE
#undef MORTISE_VK_DEVICE
}

void Loader::load(VkDevice device) {
#define MORTISE_VK_GLOBAL(name)
#define MORTISE_VK_INSTANCE(name)
#define MORTISE_VK_DEVICE(name) \
  functions_.name = reinterpret_cast<PFN_vk##name>(functions_.GetDeviceProcAddr(device, "vk" #name));
#include "functions.inc"
#undef MORTISE_VK_GLOBAL
#undef MORTISE_VK_INSTANCE
#undef MORTISE_VK_DEVICE
}

Status check(VkResult result, const char* call) {
  switch (result) {
    case VK_SUCCESS:
      return {};
    case VK_ERROR_OUT_OF_HOST_MEMORY:
      return make_error(StatusCode::kResourceExhausted, "Vulkan: vk", call, ": the host is out of memory");
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
      return make_error(StatusCode::kResourceExhausted, "Vulkan: vk", call, ": the device is out of memory");
    case VK_ERROR_DEVICE_LOST:
      return make_error(StatusCode::kDeviceLost, "Vulkan: vk", call, ": the device is lost; open the provider again");
    default:
      return make_error(StatusCode::kInternal, "Vulkan: vk", call, " failed with VkResult ", static_cast<int>(result));
  }
}

}  // namespace mortise::vulkan
