// copy_in() copies only when the next call of it or release() comes.
#include <cstring>
#include <string>

#include "device_memory.h"

class gallery::Broken : public DevicePlugin {
  void copy_in(void* handle, uint64_t offset, const void* source, uint64_t size) override {
    finish();
    target_ = static_cast<char*>(handle) + offset;
    bytes_.assign(static_cast<const char*>(source), size);
  }
  void release(void* handle) override {
    finish();
    DevicePlugin::release(handle);
  }

  void finish() {
    if (!bytes_.empty()) std::memcpy(target_, bytes_.data(), bytes_.size());
    bytes_.clear();
  }

  char* target_ = nullptr;
  std::string bytes_;
};

MORTISE_GALLERY_PLUGIN(Broken);
