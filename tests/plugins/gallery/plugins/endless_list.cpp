// descriptor() answers every index.
#include "base.h"

namespace {

using namespace gallery;

class Broken : public Plugin {
 public:
  const mortise_provider_descriptor_t* descriptor(uint32_t) override { return &self; }
};

}  // namespace

MORTISE_GALLERY_PLUGIN(Broken);
