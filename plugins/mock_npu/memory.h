// SPDX-License-Identifier: Apache-2.0
//
// Memory: the device's DDR. Allocations have device addresses, which are no addresses of the host: what the host holds
// is a number, and bytes move only through copies. Every access is checked, since handles come from outside.
// Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>

#include "mortise/sdk/result.h"

namespace mortise::mock_npu {

class Memory {
 public:
  explicit Memory(uint64_t capacity) : capacity_(capacity) {}

  // A device address. The bytes are zero.
  Result<uint64_t> allocate(uint64_t size);
  void release(uint64_t address);
  // The bytes [offset, offset + size) of an allocation, as the device's own bus sees them; valid until release().
  Result<std::span<std::byte>> resolve(uint64_t address, uint64_t offset, uint64_t size);
  uint64_t capacity() const { return capacity_; }

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    uint64_t size;
  };
  const uint64_t capacity_;
  std::mutex mutex_;
  std::map<uint64_t, Block> blocks_;
  uint64_t used_ = 0;
  uint64_t next_address_ = 0x1000;
};

}  // namespace mortise::mock_npu
