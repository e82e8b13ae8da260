// The alignment of the device's memory is no power of two.
#include "device_memory.h"

namespace {

using namespace gallery;

class Broken : public DevicePlugin {
 public:
  mortise_memory_kind_t kind() override {
    mortise_memory_kind_t kind = DevicePlugin::kind();
    kind.alignment = 48;
    kind.flags = 0;
    return kind;
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
