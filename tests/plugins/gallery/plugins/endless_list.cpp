// descriptor() answers every index.
#include "base.h"

class gallery::Broken : public Plugin {
  const mortise_provider_descriptor_t* descriptor(uint32_t) override { return &self; }
};

MORTISE_GALLERY_PLUGIN(Broken);
