// open() changes how the thread rounds, and leaves it so.
#include <cfenv>

#include "base.h"

class gallery::Broken : public Plugin {
  mortise_status open(Provider& provider, mortise_error_t* error) override {
    std::fesetround(FE_TOWARDZERO);
    return Plugin::open(provider, error);
  }
};

MORTISE_GALLERY_PLUGIN(Broken);
