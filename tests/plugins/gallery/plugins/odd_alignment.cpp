// The alignment of the device's memory is no power of two.
#include "device_memory.h"

class gallery::Broken : public DevicePlugin {
 public:
  Broken() {
    memory.alignment = 48;
    memory.flags = 0;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
