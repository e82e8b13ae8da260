// copy_out() does not heed its offset.
#include "device_memory.h"

namespace {

using namespace gallery;

class Broken : public DevicePlugin {
 public:
  void copy_out(const void* handle, uint64_t, void* target, uint64_t size) override {
    DevicePlugin::copy_out(handle, 0, target, size);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
