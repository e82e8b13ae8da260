// The provider's own descriptor has another name than the factory's.
#include "base.h"

class gallery::Broken : public Plugin {
  const mortise_provider_descriptor_t* instance_descriptor() override {
    static mortise_provider_descriptor_t other = [this] {
      mortise_provider_descriptor_t copy = self;
      copy.name = "Another";
      return copy;
    }();
    return &other;
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
