// Sessions want outputs in memory of a kind that is not listed.
#include "device_memory.h"

class gallery::Broken : public DevicePlugin {
 public:
  Broken() { output_kind = 7; }
};

MORTISE_GALLERY_PLUGIN(Broken);
