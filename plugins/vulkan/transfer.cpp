// SPDX-License-Identifier: Apache-2.0
//
// See transfer.h.
#include "transfer.h"

#include <algorithm>
#include <cstring>

namespace mortise::vulkan {
namespace {

constexpr uint64_t kPiece = uint64_t{8} << 20;

Range part(const Range& range, uint64_t offset, uint64_t size) {
  return {range.buffer, range.offset + offset, size, range.mapped == nullptr ? nullptr : range.mapped + offset,
          range.serial};
}

}  // namespace

Transfer::~Transfer() {
  if (pool_ != VK_NULL_HANDLE) device_.vk().DestroyCommandPool(device_.handle(), pool_, nullptr);
}

Status Transfer::prepare(uint64_t size) {
  const Functions& vk = device_.vk();
  const uint64_t needed = std::min(size, kPiece);
  if (staging_.range().size < needed) {
    MORTISE_ASSIGN(staging_, memory_.allocate(Memory::Pool::kStaging, needed));
  }
  if (commands_ != VK_NULL_HANDLE) return {};
  // The pool may be there already, if there was no memory for the commands the last time.
  const VkCommandPoolCreateInfo pool{.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                     .pNext = nullptr,
                                     .flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT,
                                     .queueFamilyIndex = device_.queue_family()};
  if (pool_ == VK_NULL_HANDLE) {
    MORTISE_TRY(device_.check(vk.CreateCommandPool(device_.handle(), &pool, nullptr, &pool_), "CreateCommandPool"));
  }
  const VkCommandBufferAllocateInfo info{.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                         .pNext = nullptr,
                                         .commandPool = pool_,
                                         .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                         .commandBufferCount = 1};
  return device_.check(vk.AllocateCommandBuffers(device_.handle(), &info, &commands_), "AllocateCommandBuffers");
}

Status Transfer::copy(const Range& from, const Range& to) {
  const Functions& vk = device_.vk();
  MORTISE_TRY(device_.check(vk.ResetCommandPool(device_.handle(), pool_, 0), "ResetCommandPool"));
  const VkCommandBufferBeginInfo begin{.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                       .pNext = nullptr,
                                       .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT,
                                       .pInheritanceInfo = nullptr};
  MORTISE_TRY(device_.check(vk.BeginCommandBuffer(commands_, &begin), "BeginCommandBuffer"));
  const VkMemoryBarrier before{.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                               .pNext = nullptr,
                               .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
                               .dstAccessMask = VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT};
  vk.CmdPipelineBarrier(commands_, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
                        VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 1, &before, 0, nullptr, 0, nullptr);
  const VkBufferCopy region{.srcOffset = from.offset, .dstOffset = to.offset, .size = to.size};
  vk.CmdCopyBuffer(commands_, from.buffer, to.buffer, 1, &region);
  const VkMemoryBarrier after{.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                              .pNext = nullptr,
                              .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
                              .dstAccessMask = VK_ACCESS_HOST_READ_BIT};
  vk.CmdPipelineBarrier(commands_, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &after, 0, nullptr,
                        0, nullptr);
  MORTISE_TRY(device_.check(vk.EndCommandBuffer(commands_), "EndCommandBuffer"));
  return queue_.run(commands_);
}

Status Transfer::to_device(const Range& target, const void* source) {
  if (target.size == 0) return {};
  if (target.mapped != nullptr) {
    std::memcpy(target.mapped, source, target.size);
    return {};
  }
  const std::lock_guard lock(mutex_);
  MORTISE_TRY(device_.alive());  // a copy before this one may have lost it
  MORTISE_TRY(prepare(target.size));
  for (uint64_t done = 0; done < target.size;) {
    const uint64_t size = std::min(target.size - done, staging_.range().size);
    std::memcpy(staging_.range().mapped, static_cast<const std::byte*>(source) + done, size);
    MORTISE_TRY(copy(staging_.part(0, size), part(target, done, size)));
    done += size;
  }
  return {};
}

Status Transfer::to_host(void* target, const Range& source) {
  if (source.size == 0) return {};
  if (source.mapped != nullptr) {
    std::memcpy(target, source.mapped, source.size);
    return {};
  }
  const std::lock_guard lock(mutex_);
  MORTISE_TRY(device_.alive());  // a copy before this one may have lost it
  MORTISE_TRY(prepare(source.size));
  for (uint64_t done = 0; done < source.size;) {
    const uint64_t size = std::min(source.size - done, staging_.range().size);
    MORTISE_TRY(copy(part(source, done, size), staging_.part(0, size)));
    std::memcpy(static_cast<std::byte*>(target) + done, staging_.range().mapped, size);
    done += size;
  }
  return {};
}

}  // namespace mortise::vulkan
