// DeviceBuffer: memory of the provider's own (mortise.device-memory/1), released with the object.
#pragma once

#include <memory>

#include "conformance/host/device.h"

namespace mortise::conformance {

// Null where the provider lacks the extension. A table with a function that is null counts as broken (MORTISE-P-029):
// the host is told, and the answer is null.
const mortise_provider_device_memory_t* device_memory_of(const Device& device);

// What get_kind() lists, no more than 64 of them. The provider has the extension.
std::vector<mortise_memory_kind_t> memory_kinds(const Device& device);

class DeviceBuffer {
 public:
  static Result<std::unique_ptr<DeviceBuffer>> allocate(Device& device, uint32_t kind, uint64_t size);
  ~DeviceBuffer();
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;

  void* handle() const { return handle_; }
  Status copy_in(uint64_t offset, const void* source, uint64_t size);
  Status copy_out(uint64_t offset, void* target, uint64_t size) const;

 private:
  DeviceBuffer(Device& device, uint32_t kind) : device_(device), kind_(kind) {}

  Device& device_;
  const mortise_provider_device_memory_t* table_ = nullptr;
  uint32_t kind_;
  void* handle_ = nullptr;
};

}  // namespace mortise::conformance
