#include "conformance/host/device_buffer.h"

#include <algorithm>

#include "conformance/host/call.h"

namespace mortise::conformance {

const mortise_provider_device_memory_t* device_memory_of(const Device& device) {
  const auto* table = device.extension<mortise_provider_device_memory_t>(MORTISE_EXT_DEVICE_MEMORY);
  if (table == nullptr) return nullptr;
  const bool whole = table->num_kinds != nullptr && table->get_kind != nullptr && table->input_kind != nullptr &&
                     table->output_kind != nullptr && table->allocate != nullptr && table->release != nullptr &&
                     table->copy_in != nullptr && table->copy_out != nullptr;
  if (whole) return table;
  device.host().violate("MORTISE-P-029", "the table of mortise.device-memory/1 has a function that is null");
  return nullptr;
}

std::vector<mortise_memory_kind_t> memory_kinds(const Device& device) {
  constexpr uint32_t kMaxKinds = 64;
  const auto* table = device_memory_of(device);
  std::vector<mortise_memory_kind_t> kinds;
  (void)call(device.host(), "get_kind()", ThreadRole::kNone, [&] {
    const uint32_t count = std::min(table->num_kinds(device.abi()), kMaxKinds);
    mortise_memory_kind_t kind{};
    for (uint32_t i = 0; i < count && table->get_kind(device.abi(), i, &kind); ++i) kinds.push_back(kind);
  });
  return kinds;
}

Result<std::unique_ptr<DeviceBuffer>> DeviceBuffer::allocate(Device& device, uint32_t kind, uint64_t size) {
  std::unique_ptr<DeviceBuffer> buffer(new DeviceBuffer(device, kind));
  const auto* table = device_memory_of(device);
  if (table == nullptr) return unimplemented("the provider has no memory of its own");
  MORTISE_TRY(call(device.host(), "allocate()", ThreadRole::kNone, [&](mortise_error_t* error) {
    return table->allocate(device.abi(), kind, size, &buffer->handle_, error);
  }));
  buffer->table_ = table;
  return buffer;
}

DeviceBuffer::~DeviceBuffer() {
  if (table_ == nullptr) return;
  (void)call(device_.host(), "release()", ThreadRole::kNone, [&] { table_->release(device_.abi(), kind_, handle_); });
}

Status DeviceBuffer::copy_in(uint64_t offset, const void* source, uint64_t size) {
  return call(device_.host(), "copy_in()", ThreadRole::kNone, [&](mortise_error_t* error) {
    return table_->copy_in(device_.abi(), kind_, handle_, offset, source, size, error);
  });
}

Status DeviceBuffer::copy_out(uint64_t offset, void* target, uint64_t size) const {
  return call(device_.host(), "copy_out()", ThreadRole::kNone, [&](mortise_error_t* error) {
    return table_->copy_out(device_.abi(), kind_, handle_, offset, target, size, error);
  });
}

}  // namespace mortise::conformance
