// SPDX-License-Identifier: Apache-2.0
//
// Memory: buffers of the device, cut out of large ones, because a device allows only some thousand allocations.
//
// There are two pools: device memory, where shaders compute, and staging memory, which the host always sees. Device
// memory is mapped where the device shares its memory with the host; the address of an allocation is then the host's
// own, otherwise a number without meaning outside. Addresses come back from the host as handles, so resolve() checks
// them. Thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>

#include "device.h"

namespace mortise::vulkan {

// Bytes of a buffer. `mapped` is null where the host does not see them.
struct Range {
  VkBuffer buffer = VK_NULL_HANDLE;
  uint64_t offset = 0;
  uint64_t size = 0;
  std::byte* mapped = nullptr;
  uint64_t serial = 0;  // of the buffer; unlike its handle never given twice
};

class Memory {
 public:
  enum class Pool : uint32_t { kDevice, kStaging };

  // An allocation that is released with its owner.
  class Block {
   public:
    Block() = default;
    Block(Memory* memory, uint64_t address, const Range& range) : memory_(memory), address_(address), range_(range) {}
    Block(Block&& other) noexcept { swap(other); }
    Block& operator=(Block&& other) noexcept {
      swap(other);
      return *this;
    }
    ~Block() {
      if (memory_ != nullptr) memory_->release(address_);
    }
    const Range& range() const { return range_; }
    // Bytes [offset, offset + size), which lie inside.
    Range part(uint64_t offset, uint64_t size) const {
      return {range_.buffer, range_.offset + offset, size, range_.mapped == nullptr ? nullptr : range_.mapped + offset,
              range_.serial};
    }
    uint64_t address() const { return address_; }
    // The address, which the caller releases from now on.
    uint64_t give_away() {
      memory_ = nullptr;
      return address_;
    }

   private:
    void swap(Block& other) {
      std::swap(memory_, other.memory_);
      std::swap(address_, other.address_);
      std::swap(range_, other.range_);
    }
    Memory* memory_ = nullptr;
    uint64_t address_ = 0;
    Range range_;
  };

  Memory(Device& device, const Options& options);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  // Before anything else. UNAVAILABLE where the device has no memory that suits.
  Status choose_types(const Options& options);

  // At least one byte, aligned as shaders need it. RESOURCE_EXHAUSTED when the device is full.
  Result<Block> allocate(Pool pool, uint64_t size);
  // Nothing for an address that is not allocated.
  void release(uint64_t address);
  // The bytes [offset, offset + size) of an allocation in device memory.
  Result<Range> resolve(uint64_t address, uint64_t offset, uint64_t size);

  bool device_is_mapped() const { return pools_[0].mapped; }
  uint64_t capacity() const { return capacity_; }

 private:
  struct Chunk {
    VkDeviceMemory memory = VK_NULL_HANDLE;
    VkBuffer buffer = VK_NULL_HANDLE;
    std::byte* mapped = nullptr;
    uint64_t address = 0;  // of its first byte
    uint64_t size = 0;
    uint64_t serial = 0;
    std::map<uint64_t, uint64_t> free;  // offset -> size
  };
  struct PoolState {
    uint32_t type = 0;  // memory type
    bool mapped = false;
    std::map<uint64_t, Chunk> chunks;  // by address
  };
  struct Allocated {
    uint32_t pool;
    uint64_t chunk;  // its address
    uint64_t size;   // as asked for
    uint64_t taken;
  };
  Result<Chunk*> add_chunk(PoolState& pool, uint64_t size);
  Status back(Chunk& chunk, const PoolState& pool);
  void destroy(Chunk& chunk);
  Range range(const Chunk& chunk, uint64_t address, uint64_t size) const;

  Device& device_;
  const uint64_t alignment_;
  const uint64_t oom_at_;
  uint64_t capacity_ = 0;
  std::mutex mutex_;
  PoolState pools_[2];
  std::map<uint64_t, Allocated> allocated_;  // by address
  uint64_t used_ = 0;
  uint64_t next_serial_ = 1;
  uint64_t next_address_ = 0x1000;  // of the next chunk that is not mapped
};

}  // namespace mortise::vulkan
