// copy_out() does not heed its offset.
#include "device_memory.h"

class gallery::Broken : public DevicePlugin {
  void copy_out(const void* handle, uint64_t, void* target, uint64_t size) override {
    DevicePlugin::copy_out(handle, 0, target, size);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
