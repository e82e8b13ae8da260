// Memory that the host gave is released with another size.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    const auto* memory = provider.host.extension<mortise_host_memory_t>(MORTISE_EXT_HOST_MEMORY);
    void* data = nullptr;
    if (memory != nullptr && memory->allocate(provider.host.raw(), 4096, &data, nullptr) == MORTISE_OK) {
      memory->release(provider.host.raw(), data, 1024);
    }
    return Plugin::open(provider, error);
  }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
