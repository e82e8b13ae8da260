// SPDX-License-Identifier: Apache-2.0
//
// Instance: the connection to Vulkan, its physical devices, and the validation layer where it is asked for.
//
// What the layer finds goes to the host's log: errors and warnings of Vulkan as errors, since a provider is to cause
// neither. Not thread-safe; the messages are.
#pragma once

#include <vector>

#include "loader.h"
#include "mortise/sdk/host.h"
#include "options.h"

namespace mortise::vulkan {

class Instance {
 public:
  static Result<std::unique_ptr<Instance>> create(const Options& options, const sdk::Host& host);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  Loader& loader() { return loader_; }
  const Functions& vk() const { return loader_.vk(); }
  // The device that the options ask for; UNAVAILABLE, with the devices that there are, if none suits.
  Result<VkPhysicalDevice> choose(const Options& options) const;

 private:
  Instance(Loader loader, const sdk::Host& host) : loader_(std::move(loader)), host_(host) {}
  Status start(const Options& options);

  Loader loader_;
  const sdk::Host& host_;
  VkInstance handle_ = VK_NULL_HANDLE;
  VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
};

}  // namespace mortise::vulkan
