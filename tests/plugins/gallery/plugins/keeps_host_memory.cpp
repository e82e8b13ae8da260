// Memory that open() got from the host is never released.
#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    const auto* memory = provider.host.extension<mortise_host_memory_t>(MORTISE_EXT_HOST_MEMORY);
    void* data = nullptr;
    if (memory != nullptr) memory->allocate(provider.host.raw(), 4096, &data, nullptr);
    return Plugin::open(provider, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
