#include "device_memory.h"

#include <cstring>
#include <new>

namespace gallery {

namespace {

DevicePlugin& the_device() { return static_cast<DevicePlugin&>(the_plugin()); }

mortise_status unknown_kind(uint32_t kind, mortise_error_t* error) {
  return sdk::report(invalid_argument("there is no memory of kind ", kind), error);
}

constexpr mortise_provider_device_memory_t kTable = {
    .num_kinds = [](const mortise_provider_t*) -> uint32_t { return 1; },
    .get_kind =
        [](const mortise_provider_t*, uint32_t index, mortise_memory_kind_t* kind) {
          if (index == 0) *kind = the_device().memory;
          return index == 0;
        },
    .input_kind = [](const mortise_session_t*, uint64_t) { return the_device().input_kind; },
    .output_kind = [](const mortise_session_t*, uint64_t) { return the_device().output_kind; },
    .allocate =
        [](const mortise_provider_t*, uint32_t kind, uint64_t size, void** handle, mortise_error_t* error) {
          if (kind != the_device().memory.kind) return unknown_kind(kind, error);
          return the_device().allocate(size, handle, error);
        },
    .release = [](const mortise_provider_t*, uint32_t, void* handle) { the_device().release(handle); },
    .copy_in =
        [](const mortise_provider_t*, uint32_t kind, void* handle, uint64_t offset, const void* source, uint64_t size,
           mortise_error_t* error) {
          if (kind != the_device().memory.kind) return unknown_kind(kind, error);
          the_device().copy_in(handle, offset, source, size);
          return mortise_status{MORTISE_OK};
        },
    .copy_out =
        [](const mortise_provider_t*, uint32_t kind, const void* handle, uint64_t offset, void* target, uint64_t size,
           mortise_error_t* error) {
          if (kind != the_device().memory.kind) return unknown_kind(kind, error);
          the_device().copy_out(handle, offset, target, size);
          return mortise_status{MORTISE_OK};
        }};

}  // namespace

const void* DevicePlugin::get_extension(Provider& provider, std::string_view id) {
  return id == MORTISE_EXT_DEVICE_MEMORY ? &kTable : Plugin::get_extension(provider, id);
}

mortise_status DevicePlugin::allocate(uint64_t size, void** handle, mortise_error_t* error) {
  const std::lock_guard lock(mutex_);
  *handle = nullptr;
  if (size > kCapacity - used_) {
    return sdk::report(make_error(StatusCode::kResourceExhausted, "the device is full"), error);
  }
  *handle = ::operator new(size, std::align_val_t(64));
  used_ += size;
  sizes_[*handle] = size;
  return MORTISE_OK;
}

void DevicePlugin::release(void* handle) {
  const std::lock_guard lock(mutex_);
  const auto found = sizes_.find(handle);
  if (found == sizes_.end()) return;
  used_ -= found->second;
  sizes_.erase(found);
  ::operator delete(handle, std::align_val_t(64));
}

void DevicePlugin::copy_in(void* handle, uint64_t offset, const void* source, uint64_t size) {
  if (size != 0) std::memcpy(static_cast<char*>(handle) + offset, source, size);
}

void DevicePlugin::copy_out(const void* handle, uint64_t offset, void* target, uint64_t size) {
  if (size != 0) std::memcpy(target, static_cast<const char*>(handle) + offset, size);
}

}  // namespace gallery
