// DevicePlugin: the gallery's provider with "mortise.device-memory/1": a device whose memory is a part of the host's,
// 1 MiB of it, in which sessions want all their inputs and outputs.
#pragma once

#include <map>
#include <mutex>

#include "base.h"

namespace gallery {

inline constexpr uint32_t kDeviceKind = 3;
inline constexpr uint64_t kCapacity = 1 << 20;

class DevicePlugin : public Plugin {
 public:
  const void* get_extension(Provider& provider, std::string_view id) override;

  // What the device says of its memory, and the sessions of their inputs and outputs.
  mortise_memory_kind_t memory = {.name = "shared",
                                  .alignment = 64,
                                  .capacity = kCapacity,
                                  .kind = kDeviceKind,
                                  .flags = MORTISE_MEMORY_HOST_VISIBLE};
  uint32_t input_kind = kDeviceKind, output_kind = kDeviceKind;

  virtual mortise_status allocate(uint64_t size, void** handle, mortise_error_t* error);
  virtual void release(void* handle);
  virtual void copy_in(void* handle, uint64_t offset, const void* source, uint64_t size);
  virtual void copy_out(const void* handle, uint64_t offset, void* target, uint64_t size);

 private:
  std::mutex mutex_;
  uint64_t used_ = 0;
  std::map<void*, uint64_t> sizes_;
};

}  // namespace gallery
