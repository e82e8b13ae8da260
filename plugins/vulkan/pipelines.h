// SPDX-License-Identifier: Apache-2.0
//
// Pipelines: the compiled shaders of an opened device, each made once per set of specialization constants, and kept from
// one start to the next in a file where option 'cache_directory' names a folder.
//
// Every shader sees the same interface: storage buffers at bindings 0 … n-1 of set 0 and up to 128 bytes of push
// constants, which is what Vulkan promises everywhere. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <span>
#include <vector>

#include "device.h"

namespace mortise::vulkan {

enum class Shader : uint32_t {
#define MORTISE_SHADER(name, ...) name,
#include "shaders.inc"
#undef MORTISE_SHADER
};

// SPIR-V of a shader that stores elements as wide as that; made by the build from shaders/.
std::span<const uint32_t> code_of(Shader shader, Storage storage);

inline constexpr uint32_t kPushBytes = 128;

struct Pipeline {
  VkPipeline handle = VK_NULL_HANDLE;
  VkPipelineLayout layout = VK_NULL_HANDLE;
  VkDescriptorSetLayout set_layout = VK_NULL_HANDLE;
};

class Pipelines {
 public:
  Pipelines(Device& device, const Options& options, const sdk::Host& host);
  // Saves the file.
  ~Pipelines();
  Pipelines(const Pipelines&) = delete;
  Pipelines& operator=(const Pipelines&) = delete;

  // spec: values of the specialization constants 0, 1, 2, …
  Result<Pipeline> get(Shader shader, std::span<const uint32_t> spec, uint32_t bindings);

 private:
  struct Layout {
    VkDescriptorSetLayout set = VK_NULL_HANDLE;
    VkPipelineLayout pipeline = VK_NULL_HANDLE;
  };
  Result<Layout> layout(uint32_t bindings);
  Result<VkShaderModule> module(Shader shader);
  Result<VkPipeline> create(VkShaderModule code, VkPipelineLayout layout, std::span<const uint32_t> spec);
  void save() const;

  Device& device_;
  const sdk::Host& host_;
  const Storage storage_;
  const std::string file_;  // empty: none
  VkPipelineCache cache_ = VK_NULL_HANDLE;
  std::mutex mutex_;
  std::map<uint32_t, Layout> layouts_;
  std::map<Shader, VkShaderModule> modules_;
  std::map<std::pair<Shader, std::vector<uint32_t>>, Pipeline> pipelines_;
};

}  // namespace mortise::vulkan
