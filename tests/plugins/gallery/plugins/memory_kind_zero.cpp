// The device's memory has the number of the host's.
#include "device_memory.h"

namespace {

using namespace gallery;

class Broken : public DevicePlugin {
 public:
  mortise_memory_kind_t kind() override {
    mortise_memory_kind_t kind = DevicePlugin::kind();
    kind.kind = MORTISE_MEMORY_HOST;
    return kind;
  }
  uint32_t input_kind() override { return MORTISE_MEMORY_HOST; }
  uint32_t output_kind() override { return MORTISE_MEMORY_HOST; }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
