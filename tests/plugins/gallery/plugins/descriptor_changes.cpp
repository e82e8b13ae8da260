// descriptor() gives another version at each call.
#include "base.h"

class gallery::Broken : public Plugin {
  const mortise_provider_descriptor_t* descriptor(uint32_t index) override {
    self.version = self.version == kDescriptor.version ? "1.0.1" : kDescriptor.version;
    return Plugin::descriptor(index);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
