// SPDX-License-Identifier: Apache-2.0
//
// See memory.h.
#include "memory.h"

#include <algorithm>

#include "mortise/sdk/memory_plan.h"

namespace mortise::vulkan {
namespace {

constexpr uint64_t kChunkSize = uint64_t{64} << 20;

// Where a storage buffer cannot lie, or only until it is used.
constexpr VkMemoryPropertyFlags kUnusable = VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT | VK_MEMORY_PROPERTY_PROTECTED_BIT;

VkBufferCreateInfo buffer_info(uint64_t size) {
  return {
      .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
      .pNext = nullptr,
      .flags = 0,
      .size = size,
      .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
      .sharingMode = VK_SHARING_MODE_EXCLUSIVE,
      .queueFamilyIndexCount = 0,
      .pQueueFamilyIndices = nullptr};
}

// The first memory type among the bits of `allowed` that has all of `needed`, preferring those with `wanted` and without
// `unwanted`; the number of types if there is none.
uint32_t find_type(const VkPhysicalDeviceMemoryProperties& memory, uint32_t allowed, VkMemoryPropertyFlags needed,
                   VkMemoryPropertyFlags wanted, VkMemoryPropertyFlags unwanted) {
  uint32_t best = memory.memoryTypeCount;
  int best_score = -1;
  for (uint32_t i = 0; i < memory.memoryTypeCount; ++i) {
    const VkMemoryPropertyFlags flags = memory.memoryTypes[i].propertyFlags;
    if ((allowed >> i & 1u) == 0 || (flags & needed) != needed || (flags & kUnusable) != 0) continue;
    const int score = ((flags & wanted) == wanted ? 2 : 0) + ((flags & unwanted) == 0 ? 1 : 0);
    if (score <= best_score) continue;
    best = i;
    best_score = score;
  }
  return best;
}

}  // namespace

Memory::Memory(Device& device, const Options& options)
    : device_(device), alignment_(device.limits().buffer_alignment), oom_at_(options.oom_at_bytes) {}

// A discrete GPU reads its own memory fastest where the host does not see it; elsewhere memory is one and the same, and
// mapping it saves every copy. Which types a buffer may lie in depends on its usage alone, so one buffer tells it of all.
Status Memory::choose_types(const Options& options) {
  constexpr VkMemoryPropertyFlags kHost = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  constexpr VkMemoryPropertyFlags kLocal = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
  const Functions& vk = device_.vk();
  VkPhysicalDeviceMemoryProperties memory;
  vk.GetPhysicalDeviceMemoryProperties(device_.physical(), &memory);
  const VkBufferCreateInfo info = buffer_info(alignment_);
  VkBuffer probe = VK_NULL_HANDLE;
  MORTISE_TRY(device_.check(vk.CreateBuffer(device_.handle(), &info, nullptr, &probe), "CreateBuffer"));
  VkMemoryRequirements needs;
  vk.GetBufferMemoryRequirements(device_.handle(), probe, &needs);
  vk.DestroyBuffer(device_.handle(), probe, nullptr);
  const uint32_t allowed = needs.memoryTypeBits;
  const bool share = !options.staging && !device_.limits().is_discrete;
  const uint32_t shared = find_type(memory, allowed, kHost | kLocal, VK_MEMORY_PROPERTY_HOST_CACHED_BIT, 0);
  pools_[0].mapped = share && shared < memory.memoryTypeCount;
  pools_[0].type =
      pools_[0].mapped ? shared : find_type(memory, allowed, kLocal, 0, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT);
  pools_[1].mapped = true;
  pools_[1].type = find_type(memory, allowed, kHost, VK_MEMORY_PROPERTY_HOST_CACHED_BIT, kLocal);
  if (pools_[0].type >= memory.memoryTypeCount || pools_[1].type >= memory.memoryTypeCount) {
    return make_error(
        StatusCode::kUnavailable, "Vulkan: '", device_.limits().name,
        "' has no memory of its own or none that the host sees for storage buffers; choose another with option "
        "'device'");
  }
  capacity_ = memory.memoryHeaps[memory.memoryTypes[pools_[0].type].heapIndex].size;
  return {};
}

Memory::~Memory() {
  for (PoolState& pool : pools_) {
    for (auto& [address, chunk] : pool.chunks) destroy(chunk);
  }
}

void Memory::destroy(Chunk& chunk) {
  if (device_.hangs()) return;
  const Functions& vk = device_.vk();
  vk.DestroyBuffer(device_.handle(), chunk.buffer, nullptr);
  vk.FreeMemory(device_.handle(), chunk.memory, nullptr);
}

Status Memory::back(Chunk& chunk, const PoolState& pool) {
  const Functions& vk = device_.vk();
  const VkBufferCreateInfo buffer = buffer_info(chunk.size);
  MORTISE_TRY(device_.check(vk.CreateBuffer(device_.handle(), &buffer, nullptr, &chunk.buffer), "CreateBuffer"));
  VkMemoryRequirements needs;
  vk.GetBufferMemoryRequirements(device_.handle(), chunk.buffer, &needs);
  const VkMemoryAllocateInfo memory{.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                    .pNext = nullptr,
                                    .allocationSize = needs.size,
                                    .memoryTypeIndex = pool.type};
  MORTISE_TRY(device_.check(vk.AllocateMemory(device_.handle(), &memory, nullptr, &chunk.memory), "AllocateMemory"));
  MORTISE_TRY(device_.check(vk.BindBufferMemory(device_.handle(), chunk.buffer, chunk.memory, 0), "BindBufferMemory"));
  if (!pool.mapped) return {};
  void* mapped = nullptr;
  MORTISE_TRY(device_.check(vk.MapMemory(device_.handle(), chunk.memory, 0, VK_WHOLE_SIZE, 0, &mapped), "MapMemory"));
  chunk.mapped = static_cast<std::byte*>(mapped);
  return {};
}

Result<Memory::Chunk*> Memory::add_chunk(PoolState& pool, uint64_t size) {
  Chunk chunk;
  chunk.size = std::max(std::min(kChunkSize, device_.limits().allocation_size), size);
  if (Status status = back(chunk, pool); !status.ok()) {
    destroy(chunk);
    return status;
  }
  chunk.free.emplace(0, chunk.size);
  chunk.serial = next_serial_++;
  if (pool.mapped) {
    chunk.address = reinterpret_cast<uintptr_t>(chunk.mapped);
  } else {
    chunk.address = next_address_;
    next_address_ += sdk::align_up(chunk.size, 0x1000) + 0x1000;
  }
  const uint64_t address = chunk.address;
  return &pool.chunks.emplace(address, std::move(chunk)).first->second;
}

Range Memory::range(const Chunk& chunk, uint64_t address, uint64_t size) const {
  const uint64_t offset = address - chunk.address;
  return {chunk.buffer, offset, size, chunk.mapped == nullptr ? nullptr : chunk.mapped + offset, chunk.serial};
}

Result<Memory::Block> Memory::allocate(Pool which, uint64_t size) {
  const std::lock_guard lock(mutex_);
  PoolState& pool = pools_[static_cast<uint32_t>(which)];
  const uint64_t limit = device_.limits().allocation_size;
  if (size > limit) {
    return make_error(StatusCode::kResourceExhausted, "Vulkan: ", size, " bytes are more than '", device_.limits().name,
                      "' allocates at once (", limit, ")");
  }
  if (oom_at_ != 0 && (size > oom_at_ || used_ > oom_at_ - size)) {
    return make_error(StatusCode::kResourceExhausted, "Vulkan: the device is full: ", used_, " bytes are used, ", size,
                      " more do not fit into ", oom_at_, ", as option 'oom_at_bytes' asks");
  }
  const uint64_t taken = sdk::align_up(std::max<uint64_t>(size, 1), alignment_);
  Chunk* chunk = nullptr;
  std::map<uint64_t, uint64_t>::iterator hole;
  for (auto& [address, candidate] : pool.chunks) {
    hole = std::find_if(candidate.free.begin(), candidate.free.end(), [&](const auto& f) { return f.second >= taken; });
    if (hole == candidate.free.end()) continue;
    chunk = &candidate;
    break;
  }
  if (chunk == nullptr) {
    MORTISE_ASSIGN(chunk, add_chunk(pool, taken));
    hole = chunk->free.begin();
  }
  const uint64_t address = chunk->address + hole->first;
  if (hole->second > taken) chunk->free.emplace(hole->first + taken, hole->second - taken);
  chunk->free.erase(hole);
  allocated_.emplace(address, Allocated{static_cast<uint32_t>(which), chunk->address, size, taken});
  used_ += size;
  return Block(this, address, range(*chunk, address, taken));
}

void Memory::release(uint64_t address) {
  const std::lock_guard lock(mutex_);
  const auto found = allocated_.find(address);
  if (found == allocated_.end()) return;
  const Allocated block = found->second;
  allocated_.erase(found);
  used_ -= block.size;
  PoolState& pool = pools_[block.pool];
  Chunk& chunk = pool.chunks.at(block.chunk);
  auto hole = chunk.free.emplace(address - chunk.address, block.taken).first;
  if (const auto next = std::next(hole); next != chunk.free.end() && hole->first + hole->second == next->first) {
    hole->second += next->second;
    chunk.free.erase(next);
  }
  if (hole != chunk.free.begin()) {
    if (const auto before = std::prev(hole); before->first + before->second == hole->first) {
      before->second += hole->second;
      chunk.free.erase(hole);
    }
  }
  const bool empty = chunk.free.size() == 1 && chunk.free.begin()->second == chunk.size;
  if (!empty || pool.chunks.size() == 1) return;
  destroy(chunk);
  pool.chunks.erase(block.chunk);
}

Result<Range> Memory::resolve(uint64_t address, uint64_t offset, uint64_t size) {
  const std::lock_guard lock(mutex_);
  const auto found = allocated_.find(address);
  if (found == allocated_.end() || found->second.pool != static_cast<uint32_t>(Pool::kDevice)) {
    return invalid_argument("Vulkan: ", address, " is not the handle of an allocation");
  }
  const Allocated& block = found->second;
  if (offset > block.size || size > block.size - offset) {
    return make_error(StatusCode::kOutOfRange, "Vulkan: bytes ", offset, " + ", size, " lie outside an allocation of ",
                      block.size);
  }
  return range(pools_[0].chunks.at(block.chunk), address + offset, size);
}

}  // namespace mortise::vulkan
