// allocate() returns INTERNAL where the device is full.
#include "device_memory.h"

class gallery::Broken : public DevicePlugin {
  mortise_status allocate(uint64_t size, void** handle, mortise_error_t* error) override {
    const mortise_status status = DevicePlugin::allocate(size, handle, error);
    return status == MORTISE_RESOURCE_EXHAUSTED ? MORTISE_INTERNAL : status;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
