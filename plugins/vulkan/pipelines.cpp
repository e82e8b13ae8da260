// SPDX-License-Identifier: Apache-2.0
//
// See pipelines.h.
#include "pipelines.h"

#include "cache_file.h"

namespace mortise::vulkan {

Pipelines::Pipelines(Device& device, const Options& options, const sdk::Host& host)
    : device_(device),
      host_(host),
      storage_(options.storage),
      file_(options.cache_directory.empty()
                ? ""
                : concat(options.cache_directory, "/mortise-vulkan-", device.limits().driver_key, ".bin")) {
  const std::string stored = file_.empty() ? "" : load_cache_file(file_);
  VkPipelineCacheCreateInfo info{.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO,
                                 .pNext = nullptr,
                                 .flags = 0,
                                 .initialDataSize = stored.size(),
                                 .pInitialData = stored.data()};
  if (device_.vk().CreatePipelineCache(device_.handle(), &info, nullptr, &cache_) == VK_SUCCESS) return;
  // What the driver takes offence at is replaced by an empty one, and without any everything works, only slower.
  info.initialDataSize = 0;
  if (device_.vk().CreatePipelineCache(device_.handle(), &info, nullptr, &cache_) != VK_SUCCESS)
    cache_ = VK_NULL_HANDLE;
}

Pipelines::~Pipelines() {
  const Functions& vk = device_.vk();
  if (!file_.empty()) save();
  for (const auto& [key, pipeline] : pipelines_) vk.DestroyPipeline(device_.handle(), pipeline.handle, nullptr);
  for (const auto& [shader, code] : modules_) vk.DestroyShaderModule(device_.handle(), code, nullptr);
  for (const auto& [count, layout] : layouts_) {
    vk.DestroyPipelineLayout(device_.handle(), layout.pipeline, nullptr);
    vk.DestroyDescriptorSetLayout(device_.handle(), layout.set, nullptr);
  }
  vk.DestroyPipelineCache(device_.handle(), cache_, nullptr);
}

void Pipelines::save() const {
  const Functions& vk = device_.vk();
  size_t size = 0;
  if (cache_ == VK_NULL_HANDLE || vk.GetPipelineCacheData(device_.handle(), cache_, &size, nullptr) != VK_SUCCESS)
    return;
  std::string data(size, '\0');
  if (vk.GetPipelineCacheData(device_.handle(), cache_, &size, data.data()) != VK_SUCCESS) return;
  data.resize(size);
  if (const Status status = save_cache_file(file_, data); !status.ok()) {
    host_.log(MORTISE_LOG_WARNING, status.message());
  }
}

Result<Pipelines::Layout> Pipelines::layout(uint32_t bindings) {
  if (const auto found = layouts_.find(bindings); found != layouts_.end()) return found->second;
  const Functions& vk = device_.vk();
  std::vector<VkDescriptorSetLayoutBinding> slots(bindings);
  for (uint32_t i = 0; i < bindings; ++i) {
    slots[i] = {.binding = i,
                .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                .descriptorCount = 1,
                .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
                .pImmutableSamplers = nullptr};
  }
  const VkDescriptorSetLayoutCreateInfo set{.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                            .pNext = nullptr,
                                            .flags = 0,
                                            .bindingCount = bindings,
                                            .pBindings = slots.data()};
  Layout made;
  MORTISE_TRY(device_.check(vk.CreateDescriptorSetLayout(device_.handle(), &set, nullptr, &made.set),
                            "CreateDescriptorSetLayout"));
  const VkPushConstantRange push{.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT, .offset = 0, .size = kPushBytes};
  const VkPipelineLayoutCreateInfo info{.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                        .pNext = nullptr,
                                        .flags = 0,
                                        .setLayoutCount = 1,
                                        .pSetLayouts = &made.set,
                                        .pushConstantRangeCount = 1,
                                        .pPushConstantRanges = &push};
  if (Status status = device_.check(vk.CreatePipelineLayout(device_.handle(), &info, nullptr, &made.pipeline),
                                    "CreatePipelineLayout");
      !status.ok()) {
    vk.DestroyDescriptorSetLayout(device_.handle(), made.set, nullptr);
    return status;
  }
  layouts_.emplace(bindings, made);
  return made;
}

Result<VkShaderModule> Pipelines::module(Shader shader) {
  if (const auto found = modules_.find(shader); found != modules_.end()) return found->second;
  const std::span<const uint32_t> code = code_of(shader, storage_);
  const VkShaderModuleCreateInfo info{.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                      .pNext = nullptr,
                                      .flags = 0,
                                      .codeSize = code.size_bytes(),
                                      .pCode = code.data()};
  VkShaderModule made = VK_NULL_HANDLE;
  MORTISE_TRY(
      device_.check(device_.vk().CreateShaderModule(device_.handle(), &info, nullptr, &made), "CreateShaderModule"));
  modules_.emplace(shader, made);
  return made;
}

Result<VkPipeline> Pipelines::create(VkShaderModule code, VkPipelineLayout layout, std::span<const uint32_t> spec) {
  std::vector<VkSpecializationMapEntry> entries(spec.size());
  for (uint32_t i = 0; i < spec.size(); ++i)
    entries[i] = {i, i * static_cast<uint32_t>(sizeof(uint32_t)), sizeof(uint32_t)};
  const VkSpecializationInfo constants{.mapEntryCount = static_cast<uint32_t>(entries.size()),
                                       .pMapEntries = entries.data(),
                                       .dataSize = spec.size_bytes(),
                                       .pData = spec.data()};
  const VkComputePipelineCreateInfo info{.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                         .pNext = nullptr,
                                         .flags = 0,
                                         .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                   .pNext = nullptr,
                                                   .flags = 0,
                                                   .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                                                   .module = code,
                                                   .pName = "main",
                                                   .pSpecializationInfo = &constants},
                                         .layout = layout,
                                         .basePipelineHandle = VK_NULL_HANDLE,
                                         .basePipelineIndex = 0};
  VkPipeline made = VK_NULL_HANDLE;
  MORTISE_TRY(device_.check(device_.vk().CreateComputePipelines(device_.handle(), cache_, 1, &info, nullptr, &made),
                            "CreateComputePipelines"));
  return made;
}

Result<Pipeline> Pipelines::get(Shader shader, std::span<const uint32_t> spec, uint32_t bindings) {
  const std::lock_guard lock(mutex_);
  std::pair key{shader, std::vector(spec.begin(), spec.end())};
  if (const auto found = pipelines_.find(key); found != pipelines_.end()) return found->second;
  MORTISE_ASSIGN(const Layout made_layout, layout(bindings));
  MORTISE_ASSIGN(const VkShaderModule code, module(shader));
  MORTISE_ASSIGN(const VkPipeline made, create(code, made_layout.pipeline, spec));
  return pipelines_.emplace(std::move(key), Pipeline{made, made_layout.pipeline, made_layout.set}).first->second;
}

}  // namespace mortise::vulkan
