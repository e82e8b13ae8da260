// Sessions want outputs in memory of a kind that is not listed.
#include "device_memory.h"

namespace {

using namespace gallery;

class Broken : public DevicePlugin {
 public:
  uint32_t output_kind() override { return 7; }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
