// SPDX-License-Identifier: Apache-2.0
//
// See memory.h.
#include "memory.h"

#include "mortise/sdk/memory_plan.h"

namespace mortise::mock_npu {

Result<uint64_t> Memory::allocate(uint64_t size) {
  const std::lock_guard lock(mutex_);
  if (size > capacity_ - used_) {
    return make_error(StatusCode::kResourceExhausted, "mock NPU: no room for ", size, " bytes, ", used_, " of ",
                      capacity_, " bytes of DDR are in use; raise 'ddr_mib' or release something");
  }
  Block block{std::make_unique<std::byte[]>(size), size};
  const uint64_t address = next_address_;
  blocks_.emplace(address, std::move(block));
  next_address_ += sdk::align_up(size + 1);
  used_ += size;
  return address;
}

void Memory::release(uint64_t address) {
  const std::lock_guard lock(mutex_);
  const auto found = blocks_.find(address);
  if (found == blocks_.end()) return;
  used_ -= found->second.size;
  blocks_.erase(found);
}

Result<std::span<std::byte>> Memory::resolve(uint64_t address, uint64_t offset, uint64_t size) {
  const std::lock_guard lock(mutex_);
  const auto found = blocks_.find(address);
  if (found == blocks_.end()) return invalid_argument("mock NPU: ", address, " is not the address of an allocation");
  const Block& block = found->second;
  if (offset > block.size || size > block.size - offset) {
    return make_error(StatusCode::kOutOfRange, "mock NPU: bytes ", offset, " + ", size,
                      " lie outside an allocation of ", block.size);
  }
  return std::span(block.bytes.get() + offset, size);
}

}  // namespace mortise::mock_npu
