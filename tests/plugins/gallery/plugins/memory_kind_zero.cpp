// The device's memory has the number of the host's.
#include "device_memory.h"

class gallery::Broken : public DevicePlugin {
 public:
  Broken() { memory.kind = input_kind = output_kind = MORTISE_MEMORY_HOST; }
};

MORTISE_GALLERY_PLUGIN(Broken);
