// SPDX-License-Identifier: Apache-2.0
//
// Loader: the system's Vulkan loader, opened at run time, and the table of functions that the plugin calls through it.
//
// Nothing is linked against libvulkan, so that the plugin loads on a machine that has none and can say so. Thread-safe
// once filled.
#pragma once

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan_core.h>

#include <string>

#include "mortise/sdk/result.h"

namespace mortise::vulkan {

// vk.CreateBuffer is vkCreateBuffer. Entries of an extension that is not there are null.
struct Functions {
#define MORTISE_VK_GLOBAL(name) PFN_vk##name name = nullptr;
#define MORTISE_VK_INSTANCE(name) PFN_vk##name name = nullptr;
#define MORTISE_VK_DEVICE(name) PFN_vk##name name = nullptr;
#include "functions.inc"
#undef MORTISE_VK_GLOBAL
#undef MORTISE_VK_INSTANCE
#undef MORTISE_VK_DEVICE
};

class Loader {
 public:
  // UNAVAILABLE, with a sentence, where there is no such library or it is no Vulkan loader.
  static Result<Loader> open(const std::string& library);
  Loader(Loader&& other) noexcept;
  Loader& operator=(Loader&&) = delete;
  ~Loader();

  const Functions& vk() const { return functions_; }
  void load(VkInstance instance);
  void load(VkDevice device);

 private:
  explicit Loader(void* library) : library_(library) {}

  void* library_;
  PFN_vkGetInstanceProcAddr get_ = nullptr;
  Functions functions_;
};

// OK for success; otherwise what failed, with the result's name. `call` is the function without "vk".
Status check(VkResult result, const char* call);

}  // namespace mortise::vulkan
